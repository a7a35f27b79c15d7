using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>Top-1 classification: the first of the largest outputs wins.</summary>
public static class Accuracy
{
    /// <summary>The predicted class of every image.</summary>
    /// <param name="logits">[N, classes].</param>
    public static Values<int> Predict(Tensor logits) => ArgMax<float>(logits.Shape, logits.Data);

    /// <summary>The predicted class of every image. Codes are in the order of what they stand for.</summary>
    /// <param name="logits">Codes [N, classes] under one scale.</param>
    public static Values<int> Predict(QTensor logits) => ArgMax<int>(logits.Shape, logits.Codes);

    /// <summary>The predicted class of every sample.</summary>
    /// <param name="scores">[N, classes], or with axes of length 1 besides; numbers or codes under one scale.</param>
    public static Values<int> Predict(Operand scores) => scores.Type.IsFloat ? ArgMax(scores.Shape, scores.Floats) : ArgMax(scores.Shape, scores.Integers);

    /// <summary>How many predictions are right.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predicted">The predicted ones, as many.</param>
    /// <exception cref="ArgumentException">Their numbers differ.</exception>
    public static int Count(Values<int> labels, Values<int> predicted)
    {
        if (predicted.Length != labels.Length) throw new ArgumentException($"{predicted.Length} predictions for {labels.Length} labels.", nameof(predicted));
        var count = 0;
        for (var i = 0; i < labels.Length; i++) count += predicted[i] == labels[i] ? 1 : 0;
        return count;
    }

    /// <summary>count / n · 100 in double, in that order.</summary>
    /// <param name="labels">The true classes, at least one.</param>
    /// <param name="predicted">The predicted ones, as many.</param>
    /// <exception cref="ArgumentException">Their numbers differ, or there is none.</exception>
    public static double Percent(Values<int> labels, Values<int> predicted)
    {
        if (labels.Length == 0) throw new ArgumentException("No image has no accuracy.", nameof(labels));
        return (double)Count(labels, predicted) / labels.Length * 100;
    }

    private static Values<int> ArgMax<T>(Shape shape, Values<T> data) where T : IEquatable<T>, IComparable<T> =>
        Values.Create<int, (Values<T> Data, int Classes)>(shape[0], (data, shape.Stride(0)), static (dst, s) =>
        {
            for (var i = 0; i < dst.Length; i++) dst[i] = First(s.Data.Span.Slice(i * s.Classes, s.Classes));
        });

    /// <summary>The first of the largest numbers.</summary>
    internal static int First<T>(ReadOnlySpan<T> row) where T : IComparable<T>
    {
        var best = 0;
        for (var c = 1; c < row.Length; c++)
            if (row[c].CompareTo(row[best]) > 0) best = c;
        return best;
    }
}
