using System.Numerics;
using System.Runtime.CompilerServices;
using Ptq.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>A function of a real number in double, with a vector form; rounded to float32, both give the same bits.</summary>
internal interface IReal
{
    double Of(double x);

    Vector<double> Of(Vector<double> x);
}

/// <summary>The functions of a real number that whole networks are full of.</summary>
internal static class RealFunctions
{
    internal readonly struct Exp : IReal
    {
        public double Of(double x) => Elementary.Exp(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => VectorElementary.Exp(x);
    }

    internal readonly struct Erf : IReal
    {
        public double Of(double x) => Elementary.Erf(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => VectorElementary.Erf(x);
    }

    internal readonly struct Tanh : IReal
    {
        public double Of(double x) => Elementary.Tanh(x);

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => VectorElementary.Tanh(x);
    }

    /// <summary>alpha · tanh(beta · x).</summary>
    internal readonly struct ScaledTanh(double alpha, double beta) : IReal
    {
        public double Of(double x) => alpha * Elementary.Tanh(beta * x);

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => new Vector<double>(alpha) * VectorElementary.Tanh(new Vector<double>(beta) * x);
    }

    /// <summary>x³. The square of a float32 value is exact, so the cube is rounded once, as the power is.</summary>
    internal readonly struct Cube : IReal
    {
        public double Of(double x) => x * x * x;

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => x * x * x;
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    internal readonly struct Sigmoid : IReal
    {
        public double Of(double x) => 1 / (1 + Elementary.Exp(-x));

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => Vector<double>.One / (Vector<double>.One + VectorElementary.Exp(-x));
    }

    /// <summary>γ · (α(eˣ − 1) below 0, x elsewhere).</summary>
    internal readonly struct Elu(double alpha, double gamma) : IReal
    {
        public double Of(double x) => gamma * (x < 0 ? alpha * Elementary.Expm1(x) : x);

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => new Vector<double>(gamma) * Vector.ConditionalSelect(Vector.LessThan(x, Vector<double>.Zero),
            new Vector<double>(alpha) * VectorElementary.Expm1(Vector.Max(Vector.Min(x, Vector<double>.Zero), new(-40))), x);
    }

    /// <summary>x · Φ(x), Φ the normal distribution.</summary>
    internal readonly struct Gelu : IReal
    {
        private const double SqrtHalf = 0.7071067811865476;

        public double Of(double x) => 0.5 * x * (1 + Elementary.Erf(x * SqrtHalf));

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) => new Vector<double>(0.5) * x * (Vector<double>.One + VectorElementary.Erf(x * new Vector<double>(SqrtHalf)));
    }

    /// <summary>x · Φ(x) with the approximation of Hendrycks and Gimpel (2016).</summary>
    internal readonly struct GeluByTanh : IReal
    {
        private const double SqrtTwoOverPi = 0.7978845608028654;

        public double Of(double x) => 0.5 * x * (1 + Elementary.Tanh(SqrtTwoOverPi * (x + 0.044715 * x * x * x)));

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x) =>
            new Vector<double>(0.5) * x * (Vector<double>.One + VectorElementary.Tanh(new Vector<double>(SqrtTwoOverPi) * (x + new Vector<double>(0.044715) * x * x * x)));
    }

    /// <summary>x · tanh(ln(1 + eˣ)); with e = eˣ the tanh is e(e + 2) / (e(e + 2) + 2), and 1 in double from 40 on. Below −700 nothing is left of it.</summary>
    internal readonly struct Mish : IReal
    {
        public double Of(double x)
        {
            x = Math.Max(x, -700);
            var e = Elementary.Exp(Math.Min(x, 40));
            return x * (e * (e + 2) / (e * (e + 2) + 2));
        }

        [MethodImpl(AggressiveInlining)]
        public Vector<double> Of(Vector<double> x)
        {
            x = Vector.Max(x, new(-700));
            var e = VectorElementary.Exp(Vector.Min(x, new(40)));
            var both = e * (e + new Vector<double>(2));
            return x * (both / (both + new Vector<double>(2)));
        }
    }
}
