using Ptq.Evaluation;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Experiments.Equality;

/// <summary>The codes of a network's output for all images, and what of them differs from others.</summary>
/// <param name="Shape">[N, …].</param>
/// <param name="Each">The codes.</param>
internal sealed record Codes(Shape Shape, Values<int> Each)
{
    /// <summary>What is no multiple of the scale has no code: it differs from every one.</summary>
    public const int None = int.MinValue;

    /// <summary>Top-1 predictions.</summary>
    public Values<int> Classes => Accuracy.Predict(QTensor.Of(Shape, Each));

    /// <summary>The codes that dequantized numbers stand for, exactly.</summary>
    public static Codes Of(Shape shape, ReadOnlySpan<float> dequantized, AffineParams p)
    {
        var codes = new int[dequantized.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            var code = (int)Math.Clamp(Math.Round(dequantized[i] / p.Scale) + p.ZeroPoint, p.Grid.Min, p.Grid.Max);
            codes[i] = Affine.Dequantize(p, code) == dequantized[i] ? code : None;
        }
        return new(shape, Values.Of<int>(codes));
    }

    /// <summary>One after the other.</summary>
    public static Codes Concat(IReadOnlyList<Codes> parts) =>
        new(parts[0].Shape.Inner.Batch(parts.Sum(p => p.Shape[0])), Values.From(parts.SelectMany(p => p.Each.AsEnumerable())));

    /// <summary>Those of the first images.</summary>
    public Codes First(int images) => images == Shape[0] ? this : new(Shape.Inner.Batch(images), Values.Of(Each.Span[..(images * Shape.Inner.Count)]));

    /// <summary>How many codes differ, and the furthest by how much.</summary>
    public (int Different, long Furthest) Against(Codes other)
    {
        if (Shape != other.Shape) throw new ArgumentException($"Codes of shape {Shape} against {other.Shape}.", nameof(other));
        var (different, furthest) = (0, 0L);
        for (var i = 0; i < Each.Length; i++)
        {
            if (Each[i] == other.Each[i]) continue;
            different++;
            furthest = Math.Max(furthest, Math.Abs((long)Each[i] - other.Each[i]));
        }
        return (different, furthest);
    }
}
