using System.Runtime.InteropServices;
using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>How operators become ready that do the same to every element, or to every pair of elements.</summary>
internal static class Pointwise
{
    /// <summary>A function of the real numbers, computed in double and rounded once to float32.</summary>
    public static Prepared Real(Site site, Func<double, double> f) => Floats(site, (x, y) =>
    {
        for (var i = 0; i < y.Length; i++) y[i] = (float)f(x[i]);
    });

    /// <summary>The same with a vector form.</summary>
    public static Prepared Real<TOp>(Site site, TOp op) where TOp : struct, IReal => Floats(site, (x, y) => Rows.MapReals(op, x, y));

    /// <summary>A function of floats with a vector form.</summary>
    public static Prepared Float<TOp>(Site site, TOp op) where TOp : struct, IVectorUnary => Floats(site, (x, y) => Rows.Map(op, x, y));

    /// <summary>From the first input's floats to as many; rounded to its type.</summary>
    public static Prepared Floats(Site site, Action<ReadOnlySpan<float>, Span<float>> f)
    {
        var type = site.FloatTypeOf(0);
        return Prepared.Floats(type, site.ShapeOf(0), (inputs, y) =>
        {
            f(inputs[0]!.Floats.Span, y);
            Nominal.Round(type, y);
        }, whole: true);
    }

    /// <summary>A function of the first input's integers, wrapped to its type.</summary>
    public static Prepared Whole(Site site, Func<long, long> f)
    {
        var type = site.TypeOf(0);
        return Prepared.Integers(type, site.ShapeOf(0), (inputs, y) =>
        {
            var x = inputs[0]!.Integers.Span;
            for (var i = 0; i < y.Length; i++) y[i] = type.Wrap(f(x[i]));
        });
    }

    /// <summary>The type of numbers that so many inputs have in common.</summary>
    public static ElementType Numbers(Site site, int count)
    {
        var type = Alike(site, 0, count);
        return type != ElementType.Bool ? type : throw site.Bad("input 0", type.Name, "numbers");
    }

    /// <summary>The type that so many inputs from one on have in common.</summary>
    public static ElementType Alike(Site site, int first, int count)
    {
        var type = site.TypeOf(first);
        for (var i = first + 1; i < first + count; i++)
            if (site.TypeOf(i) != type) throw site.Bad($"input {i}", site.TypeOf(i).Name, $"{type.Name}, as input {first}");
        return type;
    }

    /// <summary>A function of two numbers with a vector form.</summary>
    public static Prepared Arithmetic<TOp>(ElementType type, Broadcast plan) where TOp : IArithmetic =>
        ByType<Rows.Arithmetic<TOp, float>, Rows.Arithmetic<TOp, long>, Rows.Arithmetic<TOp, ulong>>(type, plan);

    /// <summary>A function of two numbers.</summary>
    public static Prepared Numeric<TOp>(ElementType type, Broadcast plan) where TOp : INumeric =>
        ByType<Rows.Each<Rows.Numeric<TOp, float>, float, float>, Rows.Each<Rows.Numeric<TOp, long>, long, long>, Rows.Each<Rows.Numeric<TOp, ulong>, ulong, ulong>>(type, plan);

    /// <summary>A relation between two elements: truth values.</summary>
    public static Prepared Relation<TOp>(ElementType type, Broadcast plan) where TOp : IRelation => Prepared.Integers(ElementType.Bool, plan.Shape, (inputs, y) =>
    {
        var (a, b) = (inputs[0]!, inputs[1]!);
        if (type.IsFloat) plan.Run<Rows.Each<Rows.Holds<TOp, float>, float, long>, float, long>(a.Floats.Span, b.Floats.Span, y);
        else if (type == ElementType.UInt64) plan.Run<Rows.Each<Rows.Holds<TOp, ulong>, ulong, long>, ulong, long>(Unsigned(a), Unsigned(b), y);
        else plan.Run<Rows.Each<Rows.Holds<TOp, long>, long, long>, long, long>(a.Integers.Span, b.Integers.Span, y);
    });

    /// <summary>The elements of a uint64 tensor.</summary>
    public static ReadOnlySpan<ulong> Unsigned(Operand operand) => MemoryMarshal.Cast<long, ulong>(operand.Integers.Span);

    private static Prepared ByType<TFloat, TLong, TUnsigned>(ElementType type, Broadcast plan) where TFloat : IRow<float, float> where TLong : IRow<long, long> where TUnsigned : IRow<ulong, ulong> => type.IsFloat
        ? Prepared.Floats(type, plan.Shape, (inputs, y) =>
        {
            plan.Run<TFloat, float, float>(inputs[0]!.Floats.Span, inputs[1]!.Floats.Span, y);
            Nominal.Round(type, y);
        }, whole: true)
        : Prepared.Integers(type, plan.Shape, (inputs, y) =>
        {
            if (type == ElementType.UInt64) plan.Run<TUnsigned, ulong, ulong>(Unsigned(inputs[0]!), Unsigned(inputs[1]!), MemoryMarshal.Cast<long, ulong>(y.AsSpan()));
            else plan.Run<TLong, long, long>(inputs[0]!.Integers.Span, inputs[1]!.Integers.Span, y);
            Nominal.Wrap(type, y);
        });
}
