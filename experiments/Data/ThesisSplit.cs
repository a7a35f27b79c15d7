using Ptq.Numerics;

namespace Ptq.Experiments.Data;

/// <summary>The thesis's split of MNIST's 60,000 training images: NumPy's PCG64(123) permutes them, the first 5,000 validate, the others train.</summary>
internal static class ThesisSplit
{
    private const int Seed = 123, Validation = 5000;

    /// <summary>The validation images, in the thesis's order.</summary>
    public static Values<int> ValidationPlaces { get; } = Values.Of(Permutation.Span[..Validation]);

    /// <summary>The other images, in the permutation's order.</summary>
    public static Values<int> TrainingPlaces { get; } = Values.Of(Permutation.Span[Validation..]);

    private static Values<int> Permutation => Rng.FromSeed(Seed).Permutation(60_000).Value;
}
