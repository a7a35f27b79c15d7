using Ptq.Numerics;

namespace Ptq.Evaluation;

/// <summary>How often each class was taken for each.</summary>
public sealed record Confusion
{
    private Confusion(int classes, Values<int> counts) => (Classes, Counts) = (classes, counts);

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>[real][predicted].</summary>
    public Values<int> Counts { get; }

    /// <summary>How many images of class <paramref name="real"/> were taken for <paramref name="predicted"/>.</summary>
    public int this[int real, int predicted] => Counts[real * Classes + predicted];

    /// <summary>Counts predictions.</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="labels">The true classes, each in [0, classes).</param>
    /// <param name="predicted">The predicted ones, as many, each in [0, classes).</param>
    /// <exception cref="ArgumentException">Their numbers differ, or a class is outside.</exception>
    public static Confusion Of(int classes, Values<int> labels, Values<int> predicted)
    {
        if (predicted.Length != labels.Length || labels.AsEnumerable().Concat(predicted.AsEnumerable()).Any(c => c < 0 || c >= classes))
            throw new ArgumentException($"{predicted.Length} predictions for {labels.Length} labels, or a class outside 0 to {classes - 1}.", nameof(predicted));
        var counts = new int[classes * classes];
        for (var i = 0; i < labels.Length; i++) counts[labels[i] * classes + predicted[i]]++;
        return new(classes, Values.Freeze(counts));
    }

    /// <summary>The share of a class that was taken for another: count / (row sum + 1e-12), so that an absent class has shares of 0.</summary>
    public double Share(int real, int predicted)
    {
        var total = 0;
        for (var c = 0; c < Classes; c++) total += this[real, c];
        return this[real, predicted] / (total + 1e-12);
    }

    /// <summary>The mistakes whose share moved most from this matrix to another.</summary>
    /// <param name="other">The other matrix.</param>
    /// <param name="count">How many.</param>
    /// <returns>Largest magnitude first; of equals the larger signed difference, then the larger real class, then the larger predicted one.</returns>
    public Values<ConfusionShift> LargestShifts(Confusion other, int count) => Values.From(
        (from real in Enumerable.Range(0, Classes)
         from predicted in Enumerable.Range(0, Classes)
         where real != predicted
         let delta = other.Share(real, predicted) - Share(real, predicted)
         orderby Math.Abs(delta) descending, delta descending, real descending, predicted descending
         select new ConfusionShift(real, predicted, delta)).Take(count));
}

/// <summary>A mistake that became more or less frequent.</summary>
/// <param name="Real">The true class.</param>
/// <param name="Predicted">The class that it was taken for.</param>
/// <param name="Delta">The difference of the shares.</param>
public readonly record struct ConfusionShift(int Real, int Predicted, double Delta);
