using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Functions of a float that arithmetic alone computes, each operation rounded.</summary>
internal static class FloatFunctions
{
    internal readonly struct Abs : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Abs(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.Abs(x);
    }

    internal readonly struct Negate : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => -x;

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => -x;
    }

    internal readonly struct Reciprocal : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => 1 / x;

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector<float>.One / x;
    }

    internal readonly struct SquareRoot : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Sqrt(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.SquareRoot(x);
    }

    internal readonly struct Floor : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Floor(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.Floor(x);
    }

    internal readonly struct Ceiling : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Ceiling(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.Ceiling(x);
    }

    internal readonly struct RoundHalfToEven : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Round(x, MidpointRounding.ToEven);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.Round(x, MidpointRounding.ToEven);
    }

    /// <summary>x to the power of 2.</summary>
    internal readonly struct Square : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => x * x;

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => x * x;
    }

    /// <summary>x where it is not negative, else alpha · x.</summary>
    internal readonly struct LeakyRelu(float alpha) : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => Arithmetic.Sloped.Of(x, alpha);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Arithmetic.Sloped.Of(x, new Vector<float>(alpha));
    }

    /// <summary>x where it is greater than alpha, else 0; NaN stays.</summary>
    internal readonly struct ThresholdedRelu(float alpha) : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => x <= alpha ? 0 : x;

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.ConditionalSelect(Vector.LessThanOrEqual(x, new Vector<float>(alpha)), Vector<float>.Zero, x);
    }

    /// <summary>alpha · x + beta, each rounded.</summary>
    internal readonly struct Affine(float alpha, float beta) : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => alpha * x + beta;

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => new Vector<float>(alpha) * x + new Vector<float>(beta);
    }

    /// <summary>max(0, min(1, alpha · x + beta)).</summary>
    internal readonly struct HardSigmoid(float alpha, float beta) : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => MathF.Max(0, MathF.Min(1, alpha * x + beta));

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => Vector.Max(Vector<float>.Zero, Vector.Min(Vector<float>.One, new Vector<float>(alpha) * x + new Vector<float>(beta)));
    }

    /// <summary>x · HardSigmoid(1/6, 1/2).</summary>
    internal readonly struct HardSwish : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => x * new HardSigmoid(1 / 6f, 0.5f).Of(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => x * new HardSigmoid(1 / 6f, 0.5f).Of(x);
    }

    /// <summary>x / (1 + |x|).</summary>
    internal readonly struct Softsign : IVectorUnary
    {
        [MethodImpl(AggressiveInlining)]
        public float Of(float x) => x / (1 + MathF.Abs(x));

        [MethodImpl(AggressiveInlining)]
        public Vector<float> Of(Vector<float> x) => x / (Vector<float>.One + Vector.Abs(x));
    }
}
