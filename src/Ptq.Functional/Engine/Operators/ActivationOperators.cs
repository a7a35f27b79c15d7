using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Activation functions. NaN stays NaN in all of them.</summary>
internal static class ActivationOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Relu", Relu),
        ("LeakyRelu", site => Pointwise.Float(site, new FloatFunctions.LeakyRelu(site.Real("alpha", 0.01f)))),
        ("PRelu", site => Pointwise.Arithmetic<Arithmetic.Sloped>(Pointwise.Numbers(site, 2), Broadcast.ToFirst(site, site.ShapeOf(0), site.ShapeOf(1)))),
        ("ThresholdedRelu", site => Pointwise.Float(site, new FloatFunctions.ThresholdedRelu(site.Real("alpha", 1)))),
        ("Clip", Clip),
        ("Elu", site => Pointwise.Real(site, new RealFunctions.Elu(site.Real("alpha", 1), 1))),
        ("Selu", site => Pointwise.Real(site, new RealFunctions.Elu(site.Real("alpha", 1.67326319217681884765625f), site.Real("gamma", 1.05070102214813232421875f)))),
        ("Celu", site => Celu(site, site.Real("alpha", 1))),
        ("Sigmoid", site => Pointwise.Real(site, new RealFunctions.Sigmoid())),
        ("HardSigmoid", site => Pointwise.Float(site, new FloatFunctions.HardSigmoid(site.Real("alpha", 0.2f), site.Real("beta", 0.5f)))),
        ("HardSwish", site => Pointwise.Float(site, new FloatFunctions.HardSwish())),
        ("Tanh", site => Pointwise.Real(site, new RealFunctions.Tanh())),
        ("Softsign", site => Pointwise.Float(site, new FloatFunctions.Softsign())),
        ("Softplus", site => Pointwise.Real(site, Softplus)),
        ("Gelu", Gelu),
        ("Mish", site => Pointwise.Real(site, new RealFunctions.Mish())),
        ("Shrink", site => Shrink(site, site.Real("lambd", 0.5f), site.Real("bias", 0))),
    ];

    /// <summary>ln(1 + eˣ) without an overflow.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Elementary.Log1p(Elementary.Exp(-Math.Abs(x)));

    /// <summary>max(x, 0): 0 of −0.</summary>
    private static Prepared Relu(Site site) => Pointwise.Numbers(site, 1) switch
    {
        { IsFloat: true } => Pointwise.Floats(site, static (x, y) => Elementwise.Clip(x, 0, float.PositiveInfinity, y)),
        ElementType.UInt64 => Prepared.Reshaped(site, site.ShapeOf(0)),
        _ => Pointwise.Whole(site, static x => Math.Max(x, 0)),
    };

    /// <summary>min(max(x, min), max), so it is max where min lies above; a bound that is left out does not bound.</summary>
    private static Prepared Clip(Site site)
    {
        var type = Pointwise.Numbers(site, 1);
        foreach (var bound in (int[])[1, 2])
            if (site.Has(bound) && (site.TypeOf(bound) != type || site.ShapeOf(bound).Count != 1)) throw site.Bad($"input {bound}", $"{site.Types[bound]}", $"one element of {type.Name}");
        T Bound<T>(Operand?[] inputs, int place, T otherwise, Func<Operand, T> first) => inputs.At(place) is { } bound ? first(bound) : otherwise;
        return type switch
        {
            { IsFloat: true } => Prepared.Floats(type, site.ShapeOf(0), (inputs, y) => Elementwise.Clip(inputs[0]!.Floats.Span,
                Bound(inputs, 1, float.NegativeInfinity, static b => b.Floats[0]), Bound(inputs, 2, float.PositiveInfinity, static b => b.Floats[0]), y)),
            ElementType.UInt64 => Prepared.Integers(type, site.ShapeOf(0), (inputs, y) =>
            {
                var (min, max) = (Bound(inputs, 1, ulong.MinValue, static b => (ulong)b.Integers[0]), Bound(inputs, 2, ulong.MaxValue, static b => (ulong)b.Integers[0]));
                var x = Pointwise.Unsigned(inputs[0]!);
                for (var i = 0; i < y.Length; i++) y[i] = (long)Math.Min(Math.Max(x[i], min), max);
            }),
            _ => Prepared.Integers(type, site.ShapeOf(0), (inputs, y) =>
            {
                var (min, max) = (Bound(inputs, 1, long.MinValue, static b => b.Integers[0]), Bound(inputs, 2, long.MaxValue, static b => b.Integers[0]));
                var x = inputs[0]!.Integers.Span;
                for (var i = 0; i < y.Length; i++) y[i] = Math.Min(Math.Max(x[i], min), max);
            }),
        };
    }

    private static Prepared Celu(Site site, double alpha) => Pointwise.Real(site, x => Math.Max(x, 0) + Math.Min(0, alpha * Elementary.Expm1(x / alpha)));

    private static Prepared Gelu(Site site) => site.Text("approximate", "none") switch
    {
        "none" => Pointwise.Real(site, new RealFunctions.Gelu()),
        "tanh" => Pointwise.Real(site, new RealFunctions.GeluByTanh()),
        var other => throw site.Bad("approximate", $"'{other}'", "'none' or 'tanh'"),
    };

    private static Prepared Shrink(Site site, double lambda, double bias)
    {
        double Of(double x) => x < -lambda ? x + bias : x > lambda ? x - bias : double.IsNaN(x) ? x : 0;
        var type = Pointwise.Numbers(site, 1);
        return type.IsFloat ? Pointwise.Real(site, Of) : Pointwise.Whole(site, x => CastOperators.Truncated(type, Of(x)));
    }
}
