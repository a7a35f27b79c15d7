using System.Globalization;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// Conversions between element types. Floats become integers by cutting off the fraction; what lies beyond an integer type becomes its
/// end, and NaN 0. Integers lose the bits that do not fit. A number is true where it is not 0.
/// </summary>
internal static class CastOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Cast", site => Cast(site, site.Whole("to", 0) is var to && to is > 0 and <= int.MaxValue && Enum.IsDefined((ElementType)to) ? (ElementType)to : throw site.Bad("to", to.ToString(CultureInfo.InvariantCulture), "an element type"))),
        ("CastLike", site => Cast(site, site.TypeOf(1))),
    ];

    /// <summary>A real number without its fraction in an integer type.</summary>
    public static long Truncated(ElementType type, double value) => type switch
    {
        ElementType.Bool => value != 0 ? 1 : 0,
        ElementType.UInt64 => double.IsNaN(value) || value <= 0 ? 0 : value >= 18446744073709551616.0 ? -1 : (long)(ulong)value,
        _ when double.IsNaN(value) => 0,
        _ when value >= type.Range.Greatest => type.Range.Greatest,
        _ when value <= type.Range.Least => type.Range.Least,
        _ => (long)value,
    };

    private static Prepared Cast(Site site, ElementType to)
    {
        var (from, shape) = (site.TypeOf(0), site.ShapeOf(0));
        return (from.IsFloat, to.IsFloat) switch
        {
            (true, true) => new([new(to, shape)], inputs => [Operand.Of(to, shape, Nominal.Rounded(to, inputs[0]!.Floats))]),
            (true, false) => Prepared.Integers(to, shape, (inputs, y) =>
            {
                var x = inputs[0]!.Floats.Span;
                for (var i = 0; i < y.Length; i++) y[i] = Truncated(to, x[i]);
            }),
            (false, true) => Prepared.Floats(to, shape, (inputs, y) =>
            {
                var x = inputs[0]!.Integers.Span;
                for (var i = 0; i < y.Length; i++) y[i] = from == ElementType.UInt64 ? (ulong)x[i] : x[i];
                Nominal.Round(to, y);
            }),
            (false, false) => new([new(to, shape)], inputs => [Operand.Of(to, shape, to.Bits == 64 || to == from ? inputs[0]!.Integers : inputs[0]!.Integers.Map(value => to.Wrap(value)))]),
        };
    }
}
