using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Arithmetic and elementary functions of one tensor. All but the arithmetic are computed in double and rounded once.</summary>
internal static class UnaryOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Abs", site => Number(site, new FloatFunctions.Abs(), IsUnsigned(site) ? static x => x : static x => x < 0 ? unchecked(-x) : x)),
        ("Neg", site => Number(site, new FloatFunctions.Negate(), static x => unchecked(-x))),
        ("Sign", Sign),
        ("Floor", site => Pointwise.Float(site, new FloatFunctions.Floor())),
        ("Ceil", site => Pointwise.Float(site, new FloatFunctions.Ceiling())),
        ("Round", site => Pointwise.Float(site, new FloatFunctions.RoundHalfToEven())),
        ("Sqrt", site => Pointwise.Float(site, new FloatFunctions.SquareRoot())),
        ("Reciprocal", site => Pointwise.Float(site, new FloatFunctions.Reciprocal())),
        ("Exp", site => Pointwise.Real(site, new RealFunctions.Exp())),
        ("Log", site => Pointwise.Real(site, Elementary.Log)),
        ("Erf", site => Pointwise.Real(site, new RealFunctions.Erf())),
        ("Sin", site => Pointwise.Real(site, Elementary.Sin)),
        ("Cos", site => Pointwise.Real(site, Elementary.Cos)),
        ("Tan", site => Pointwise.Real(site, Elementary.Tan)),
        ("Asin", site => Pointwise.Real(site, Elementary.Asin)),
        ("Acos", site => Pointwise.Real(site, Elementary.Acos)),
        ("Atan", site => Pointwise.Real(site, Elementary.Atan)),
        ("Sinh", site => Pointwise.Real(site, Elementary.Sinh)),
        ("Cosh", site => Pointwise.Real(site, Elementary.Cosh)),
        ("Asinh", site => Pointwise.Real(site, Elementary.Asinh)),
        ("Acosh", site => Pointwise.Real(site, Elementary.Acosh)),
        ("Atanh", site => Pointwise.Real(site, Elementary.Atanh)),
        ("BitwiseNot", site => site.TypeOf(0) is { IsFloat: false } and not ElementType.Bool ? Pointwise.Whole(site, static x => ~x) : throw site.Bad("input 0", site.TypeOf(0).Name, "integers")),
    ];

    private static Prepared Number<TOp>(Site site, TOp real, Func<long, long> whole) where TOp : struct, IVectorUnary =>
        Pointwise.Numbers(site, 1).IsFloat ? Pointwise.Float(site, real) : Pointwise.Whole(site, whole);

    /// <summary>−1, 0 or 1; NaN of NaN.</summary>
    private static Prepared Sign(Site site) => Pointwise.Numbers(site, 1).IsFloat
        ? Pointwise.Real(site, static x => x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x)
        : Pointwise.Whole(site, IsUnsigned(site) ? static x => x == 0 ? 0 : 1 : static x => Math.Sign(x));

    private static bool IsUnsigned(Site site) => site.TypeOf(0) is ElementType.UInt4 or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;
}
