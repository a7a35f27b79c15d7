using System.Numerics;

namespace Ptq.Engine.Kernels;

/// <summary>A function of two elements along a row.</summary>
internal interface IRow<T, TOut>
{
    /// <param name="x">As many elements as the result has, or one for all.</param>
    /// <param name="y">The same.</param>
    /// <param name="to">Written.</param>
    static abstract void Run(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<TOut> to);
}

/// <summary>A function of two elements.</summary>
internal interface IBinary<T, TOut>
{
    static abstract TOut Of(T x, T y);
}

/// <summary>A function of two numbers of any type.</summary>
internal interface INumeric
{
    static abstract T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T>;
}

/// <summary>A function of two numbers of any type, with a vector form for floats that gives the same bits.</summary>
internal interface IArithmetic : INumeric
{
    static abstract Vector<float> Of(Vector<float> x, Vector<float> y);
}

/// <summary>Something that holds of two numbers of any type, or does not.</summary>
internal interface IRelation
{
    static abstract bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T>;
}

/// <summary>A function of a float, with a vector form that gives the same bits.</summary>
internal interface IVectorUnary
{
    float Of(float x);

    Vector<float> Of(Vector<float> x);
}
