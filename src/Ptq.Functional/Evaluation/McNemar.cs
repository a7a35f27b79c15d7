using System.Numerics;
using Ptq.Numerics;

namespace Ptq.Evaluation;

/// <summary>
/// Two classifiers on the same images. Only images that exactly one of them gets right tell them apart (McNemar, "Note on the
/// Sampling Error of the Difference between Correlated Proportions or Percentages", 1947).
/// </summary>
/// <param name="Flips">Images whose predicted class differs.</param>
/// <param name="Worse">Images that the first gets right and the second wrong.</param>
/// <param name="Better">Images that the first gets wrong and the second right.</param>
public readonly record struct McNemar(int Flips, int Worse, int Better)
{
    /// <summary>Compares predictions.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="first">The predictions compared with.</param>
    /// <param name="second">The predictions in question.</param>
    /// <exception cref="ArgumentException">Their numbers differ.</exception>
    public static McNemar Of(Values<int> labels, Values<int> first, Values<int> second)
    {
        if (first.Length != labels.Length || second.Length != labels.Length) throw new ArgumentException($"{first.Length} and {second.Length} predictions for {labels.Length} labels.", nameof(labels));
        var (flips, worse, better) = (0, 0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            if (first[i] == second[i]) continue;
            flips++;
            if (first[i] == labels[i]) worse++;
            if (second[i] == labels[i]) better++;
        }
        return new(flips, worse, better);
    }

    /// <summary>
    /// The exact two-sided p-value: twice the probability that of Worse + Better fair coins at most min(Worse, Better) show
    /// one side, at most 1; 1 where there is no such image. Counted in integers and rounded once.
    /// </summary>
    public double P
    {
        get
        {
            var n = Worse + Better;
            var (term, sum) = (BigInteger.One, BigInteger.One); // C(n, 0), and its sum with what follows
            for (var k = 1; k <= Math.Min(Worse, Better); k++)
            {
                term = term * (n - k + 1) / k;
                sum += term;
            }
            sum <<= 1;
            if (sum >= BigInteger.One << n) return 1;
            var drop = (int)Math.Max(0, (long)sum.GetBitLength() - 64);
            return Math.ScaleB((double)(ulong)(sum >> drop), drop - n);
        }
    }
}
