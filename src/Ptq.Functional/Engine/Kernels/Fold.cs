using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>What is done with one number after another.</summary>
internal interface IFold
{
    static abstract T Add<T>(T sum, T x) where T : INumber<T>;

    static abstract Vector<T> Add<T>(Vector<T> sums, Vector<T> x);
}

/// <summary>The folds that there are.</summary>
internal static class Folds
{
    /// <summary>Σ x.</summary>
    internal readonly struct Sum : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => sum + x;
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => sums + x;
    }

    /// <summary>Π x.</summary>
    internal readonly struct Product : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => sum * x;
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => sums * x;
    }

    /// <summary>The largest; NaN where there is one.</summary>
    internal readonly struct Largest : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => T.Max(sum, x);
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => Vector.Max(sums, x);
    }

    /// <summary>The smallest; NaN where there is one.</summary>
    internal readonly struct Smallest : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => T.Min(sum, x);
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => Vector.Min(sums, x);
    }

    /// <summary>Σ x²; the square of a float32 number is exact in double.</summary>
    internal readonly struct SumOfSquares : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => sum + x * x;
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => sums + x * x;
    }

    /// <summary>Σ |x|.</summary>
    internal readonly struct SumOfMagnitudes : IFold
    {
        public static T Add<T>(T sum, T x) where T : INumber<T> => x < T.Zero ? sum - x : sum + x; // T.Abs throws at the least integer
        public static Vector<T> Add<T>(Vector<T> sums, Vector<T> x) => sums + Vector.Abs(x);
    }
}

/// <summary>
/// Folds rows or columns of a matrix into running sums. A sum takes its numbers in index order, whatever the width of a
/// vector: lanes are different sums.
/// </summary>
internal static class Fold
{
    /// <summary>Each row into a sum of its own.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Rows<TFold, T, TSum>(ReadOnlySpan<T> matrix, int columns, Span<TSum> sums) where TFold : IFold where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum>
    {
        var row = 0;
        for (; row + 4 <= sums.Length; row += 4) // four sums at a time: one alone would wait for itself
        {
            var (x0, x1, x2, x3) = (row * columns, (row + 1) * columns, (row + 2) * columns, (row + 3) * columns);
            var (s0, s1, s2, s3) = (sums[row], sums[row + 1], sums[row + 2], sums[row + 3]);
            for (var i = 0; i < columns; i++)
            {
                s0 = TFold.Add(s0, TSum.CreateTruncating(matrix[x0 + i]));
                s1 = TFold.Add(s1, TSum.CreateTruncating(matrix[x1 + i]));
                s2 = TFold.Add(s2, TSum.CreateTruncating(matrix[x2 + i]));
                s3 = TFold.Add(s3, TSum.CreateTruncating(matrix[x3 + i]));
            }
            (sums[row], sums[row + 1], sums[row + 2], sums[row + 3]) = (s0, s1, s2, s3);
        }
        for (; row < sums.Length; row++)
        {
            var sum = sums[row];
            foreach (var x in matrix.Slice(row * columns, columns)) sum = TFold.Add(sum, TSum.CreateTruncating(x));
            sums[row] = sum;
        }
    }

    /// <summary>Each column into a sum of its own.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Columns<TFold, T, TSum>(ReadOnlySpan<T> matrix, int rows, Span<TSum> sums) where TFold : IFold where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum>
    {
        for (var row = 0; row < rows; row++)
        {
            var xs = matrix.Slice(row * sums.Length, sums.Length);
            var i = 0;
            if (typeof(T) == typeof(float) && typeof(TSum) == typeof(double) && Vector.IsHardwareAccelerated)
            {
                var (floats, doubles) = (Vector<float>.Count, Vector<double>.Count);
                for (; i <= xs.Length - floats; i += floats)
                {
                    Vector.Widen(new Vector<float>(MemoryMarshal.Cast<T, float>(xs)[i..]), out var low, out var high);
                    var wide = MemoryMarshal.Cast<TSum, double>(sums)[i..];
                    TFold.Add(new Vector<double>(wide), low).CopyTo(wide);
                    TFold.Add(new Vector<double>(wide[doubles..]), high).CopyTo(wide[doubles..]);
                }
            }
            for (; i < xs.Length; i++) sums[i] = TFold.Add(sums[i], TSum.CreateTruncating(xs[i]));
        }
    }
}
