using Ptq.Engine.Kernels;

namespace Ptq.Engine.Operators;

/// <summary>A function of every element; x and y may be the same.</summary>
internal delegate void Activation(ReadOnlySpan<float> x, Span<float> y);

/// <summary>The activations of recurrent layers, from their names.</summary>
internal static class Activations
{
    /// <summary>The activations of every direction, from the attributes activations, activation_alpha and activation_beta.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="directions">How many directions.</param>
    /// <param name="otherwise">The names for one direction where none is given.</param>
    public static Activation[][] Of(Site site, int directions, string[] otherwise)
    {
        var names = site.Texts("activations") ?? [.. Enumerable.Repeat(otherwise, directions).SelectMany(each => each)];
        if (names.Length != directions * otherwise.Length) throw site.Bad("activations", $"{names.Length} names", $"{directions * otherwise.Length}, {otherwise.Length} a direction");
        // The lists of parameters hold one for each function that has such a parameter, in order.
        var (alphas, betas) = (new Queue<float>(site.Reals("activation_alpha") ?? []), new Queue<float>(site.Reals("activation_beta") ?? []));
        return [.. names.Select(name => Of(site, name, alphas, betas)).ToArray().Chunk(otherwise.Length)];
    }

    private static Activation Of(Site site, string name, Queue<float> alphas, Queue<float> betas)
    {
        float Alpha(float otherwise) => alphas.TryDequeue(out var alpha) ? alpha : otherwise;
        float Beta(float otherwise) => betas.TryDequeue(out var beta) ? beta : otherwise;
        return name.ToUpperInvariant() switch // some files write them in lower case
        {
            "SIGMOID" => Real(new RealFunctions.Sigmoid()),
            "TANH" => Real(new RealFunctions.Tanh()),
            "RELU" => static (x, y) => Elementwise.Clip(x, 0, float.PositiveInfinity, y),
            "AFFINE" => Float(new FloatFunctions.Affine(Alpha(1), Beta(0))),
            "LEAKYRELU" => Float(new FloatFunctions.LeakyRelu(Alpha(0.01f))),
            "THRESHOLDEDRELU" => Float(new FloatFunctions.ThresholdedRelu(Alpha(1))),
            "SCALEDTANH" => Real(new RealFunctions.ScaledTanh(Alpha(1), Beta(1))),
            "HARDSIGMOID" => Float(new FloatFunctions.HardSigmoid(Alpha(0.2f), Beta(0.5f))),
            "ELU" => Real(new RealFunctions.Elu(Alpha(1), 1)),
            "SOFTSIGN" => Float(new FloatFunctions.Softsign()),
            "SOFTPLUS" => static (x, y) =>
            {
                for (var i = 0; i < y.Length; i++) y[i] = (float)ActivationOperators.Softplus(x[i]);
            },
            _ => throw site.Bad("activations", name, "Sigmoid, Tanh, Relu, Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, Elu, Softsign or Softplus"),
        };
    }

    private static Activation Real<TOp>(TOp op) where TOp : struct, IReal => (x, y) => Rows.MapReals(op, x, y);

    private static Activation Float<TOp>(TOp op) where TOp : struct, IVectorUnary => (x, y) => Rows.Map(op, x, y);
}
