using System.Globalization;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>From reals to codes and back.</summary>
internal static class QuantizationOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("DequantizeLinear", Dequantize),
        ("DynamicQuantizeLinear", Dynamic),
        ("QuantizeLinear", Quantize),
    ];

    /// <summary>saturate(rne(x / scale) + zero point).</summary>
    private static Prepared Quantize(Site site)
    {
        var (x, spread) = (site.TypeOf(0), ParameterSpread.Of(site));
        if (!x.IsFloat && x != ElementType.Int32) throw site.Bad("input 0", x.Name, "a floating-point type or int32");
        var said = site.Whole("output_dtype", 0);
        var type = site.Has(2) ? site.TypeOf(2) : said == 0 ? ElementType.UInt8 : (ElementType)said;
        if (CodeRange(type) is not var (low, high) || said != 0 && said != (long)type) throw site.Bad("codes", $"{(int)type}, and output_dtype {said}", "one type of integers with 4, 8 or 16 bits");
        return Prepared.Integers(type, site.ShapeOf(0), (inputs, codes) =>
        {
            var values = x.IsFloat ? inputs[0]!.Floats : inputs[0]!.Integers.Map(i => (float)i);
            var (scales, zeros) = (inputs[1]!.Floats, inputs.At(2)?.Integers ?? default);
            foreach (var run in spread.Runs())
            {
                var (from, to) = (run.Start, run.Length);
                if (run.EachItsOwn)
                    QuantizeKernel.Run(values.Span.Slice(from, to), scales.Span.Slice(run.Parameter, to), zeros.Length == 0 ? [] : zeros.Span.Slice(run.Parameter, to), low, high, codes.AsSpan(from, to));
                else QuantizeKernel.Run(values.Span.Slice(from, to), scales[run.Parameter], zeros.Length == 0 ? 0 : (int)zeros[run.Parameter], low, high, codes.AsSpan(from, to));
            }
        });
    }

    /// <summary>(x − zero point) · scale.</summary>
    private static Prepared Dequantize(Site site)
    {
        var (type, spread) = (site.TypeOf(0), ParameterSpread.Of(site));
        if (type != ElementType.Int32 && CodeRange(type) is null) throw site.Bad("input 0", type.Name, "integers with 4, 8 or 16 bits, or int32");
        if (site.Has(2) && site.TypeOf(2) != type) throw site.Bad("zero point", site.TypeOf(2).Name, type.Name);
        return Prepared.Floats(site.TypeOf(1), site.ShapeOf(0), (inputs, values) =>
        {
            var (codes, scales, zeros) = (inputs[0]!.Integers, inputs[1]!.Floats, inputs.At(2)?.Integers ?? default);
            foreach (var run in spread.Runs())
            {
                var (from, to) = (run.Start, run.Length);
                if (run.EachItsOwn)
                    DequantizeKernel.Run(codes.Span.Slice(from, to), scales.Span.Slice(run.Parameter, to), zeros.Length == 0 ? [] : zeros.Span.Slice(run.Parameter, to), values.AsSpan(from, to));
                else DequantizeKernel.Run(codes.Span.Slice(from, to), scales[run.Parameter], zeros.Length == 0 ? 0 : zeros[run.Parameter], values.AsSpan(from, to));
            }
        });
    }

    /// <summary>uint8 codes of a tensor's own range, widened to hold 0: scale (max − min) / 255, zero point rne(−min / scale); and the two.</summary>
    private static Prepared Dynamic(Site site)
    {
        if (site.TypeOf(0) != ElementType.Float32) throw site.Bad("input 0", site.TypeOf(0).Name, "float32");
        var shape = site.ShapeOf(0);
        return new([new(ElementType.UInt8, shape), new(ElementType.Float32, Shape.Of()), new(ElementType.UInt8, Shape.Of())], inputs =>
        {
            var (min, max) = (0f, 0f);
            foreach (var x in inputs[0]!.Floats) (min, max) = (MathF.Min(min, x), MathF.Max(max, x));
            var scale = max == min ? 1 : (max - min) / 255; // an empty range has no scale of its own
            var zero = QuantizeKernel.Code(-min, scale, 0, 0, 255);
            var codes = new long[shape.Count];
            QuantizeKernel.Run(inputs[0]!.Floats.Span, scale, zero, 0, 255, codes);
            return [Operand.Of(ElementType.UInt8, shape, Values.Freeze(codes)), Operand.Of(ElementType.Float32, Shape.Of(), Values.Of<float>([scale])), Operand.Of(ElementType.UInt8, Shape.Of(), Values.Of<long>([zero]))];
        });
    }

    /// <summary>The codes of an integer type that codes can have; null for the others.</summary>
    private static (int Low, int High)? CodeRange(ElementType type) => type switch
    {
        ElementType.UInt4 => (0, 15),
        ElementType.Int4 => (-8, 7),
        ElementType.UInt8 => (0, 255),
        ElementType.Int8 => (-128, 127),
        ElementType.UInt16 => (0, 65535),
        ElementType.Int16 => (-32768, 32767),
        _ => null,
    };
}

/// <summary>Elements in a row that share their parameters, or have neighbouring ones each.</summary>
/// <param name="Start">The first element.</param>
/// <param name="Length">How many.</param>
/// <param name="Parameter">The parameters of the first.</param>
/// <param name="EachItsOwn">Whether the next element has the next parameters.</param>
internal readonly record struct ParameterRun(int Start, int Length, int Parameter, bool EachItsOwn);

/// <summary>How scales and zero points lie over a tensor [outer, axis, inner]: one for all, one an index of the axis, or one a block along it.</summary>
/// <param name="Outer">The lengths before the axis, multiplied.</param>
/// <param name="Length">The length of the axis.</param>
/// <param name="Inner">The lengths behind it, multiplied.</param>
/// <param name="Block">How many indices share their parameters; 0 where the parameters lie along the axis alone.</param>
internal sealed record ParameterSpread(int Outer, int Length, int Inner, int Block)
{
    /// <summary>The spread that the shape of input 1 says.</summary>
    public static ParameterSpread Of(Site site)
    {
        var (x, scale) = (site.ShapeOf(0), site.ShapeOf(1));
        site.FloatTypeOf(1, "scale");
        if (site.Has(2) && site.ShapeOf(2) != scale && (scale.Count != 1 || site.ShapeOf(2).Count != 1)) throw site.Bad("zero point", $"{site.ShapeOf(2)}", $"{scale}, as the scale");
        var block = site.Whole("block_size", 0, 0, int.MaxValue);
        if (block == 0 && scale.Count == 1 && scale.Rank <= 1) return new(1, 1, x.Count, 0);

        var axis = site.Axis(site.Whole("axis", 1), x.Rank);
        if (x.Count == 0) return new(0, 0, 0, 0);
        var outer = x.Lengths.Span[..axis].ToArray().Aggregate(1, (product, length) => product * length);
        var spread = new ParameterSpread(outer, x[axis], x.Stride(axis), block);
        int[] wanted = block == 0 ? [x[axis]] : [.. x.Lengths.AsEnumerable().Select((length, i) => i == axis ? (int)((length + block - 1L) / block) : length)];
        return scale.Lengths.Span.SequenceEqual(wanted) ? spread : throw site.Bad("scale", $"{scale}", string.Create(CultureInfo.InvariantCulture, $"[{string.Join(", ", wanted)}] for {x}, axis {axis}, block_size {block}"));
    }

    /// <summary>The runs, in order.</summary>
    public IEnumerable<ParameterRun> Runs()
    {
        var blocks = Block == 0 ? Length : (int)((Length + Block - 1L) / Block);
        for (var outer = 0; outer < Outer; outer++)
            if (Inner == 1 && Block == 0 && Length > 1) yield return new(outer * Length, Length, 0, true);
            else if (Inner == 1 && Block > 0)
                for (var block = 0; block < blocks; block++) yield return new(outer * Length + block * Block, Math.Min(Block, Length - block * Block), outer * blocks + block, false);
            else
                for (var index = 0; index < Length; index++)
                    yield return Block == 0 ? new((outer * Length + index) * Inner, Inner, index, false) : new((outer * Length + index) * Inner, Inner, (outer * blocks + index / Block) * Inner, true);
    }
}
