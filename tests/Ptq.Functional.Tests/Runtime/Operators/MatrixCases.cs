using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Matrix products, and operators between numbers and codes.</summary>
internal static class MatrixCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("MatMul", 13, MatMul), new("Gemm", 13, Gemm), new("MatMulInteger", 13, MatMulInteger), new("QLinearMatMul", 13, QLinearMatMul),
        new("QuantizeLinear", 13, Quantize), new("DequantizeLinear", 13, Dequantize),
        new("DynamicQuantizeLinear", 13, d => new("DynamicQuantizeLinear", [d.Reals(d.Shape(1, 3), d.Of(-4, 0.5, -9), d.Of(4, 0.75, 9))], 1) { Outputs = 3 }),
    ];

    private static (double Low, double High) Ends(ElementType type) => type switch
    {
        ElementType.UInt8 => (0, 255),
        ElementType.Int8 => (-128, 127),
        ElementType.UInt16 => (0, 65535),
        _ => (-32768, 32767),
    };

    /// <summary>Codes over all of their range.</summary>
    public static Operand Codes(Draw d, ElementType type, Shape shape) => d.Elements(type, shape, Ends(type).Low, Ends(type).High);

    /// <summary>
    /// Weights. Signed ones are of 7 bits: without optimization the ONNX Runtime adds pairs of u8 · s8 products in 16 bits, which saturate, on processors with
    /// AVX2 and no VNNI (x64quantprecision makes its optimizations replace these products).
    /// </summary>
    public static Operand Weights(Draw d, ElementType type, Shape shape) => type == ElementType.Int8 ? d.Elements(type, shape, -64, 63) : Codes(d, type, shape);

    /// <summary>Scales.</summary>
    public static Operand Scales(Draw d, Shape shape) => d.Unrounded(shape, 0.001, 0.1);

    /// <summary>One scale.</summary>
    public static Operand Scale(Draw d, double times = 1) => Draw.One(ElementType.Float32, d.Real(0.001, 0.05) * times);

    /// <summary>One zero point.</summary>
    public static Operand Zero(Draw d, ElementType type) => Draw.One(type, d.From((int)Ends(type).Low, (int)Ends(type).High));

    /// <summary>Two shapes that can be multiplied: batches that are repeated, or lone vectors.</summary>
    private static (Shape A, Shape B) Factors(Draw d, bool vectors)
    {
        var (m, k, n, batch) = (d.From(1, d.Size + 2), d.From(1, d.Size + 9), d.From(1, d.Size + 2), d.Shape(0, 2));
        if (vectors && d.Once(6)) return (Shape.Of(k), Shape.Of([.. batch.Lengths.AsEnumerable(), k, n]));
        if (vectors && d.Once(6)) return (Shape.Of([.. batch.Lengths.AsEnumerable(), m, k]), Shape.Of(k));
        var flip = d.Flip();
        var (wide, narrow) = (batch, d.Narrowed(batch));
        return (Shape.Of([.. (flip ? wide : narrow).Lengths.AsEnumerable(), m, k]), Shape.Of([.. (flip ? narrow : wide).Lengths.AsEnumerable(), k, n]));
    }

    private static OperatorCase MatMul(Draw d)
    {
        var ((a, b), type) = (Factors(d, true), d.Of([.. Draw.Common, ElementType.UInt32, ElementType.UInt64]));
        return new("MatMul", [d.Elements(type, a, -2, 2), d.Elements(type, b, -2, 2)], d.AllOrFirst(2));
    }

    private static OperatorCase Gemm(Draw d)
    {
        var (m, k, n, turnedA, turnedB) = (d.From(1, d.Size), d.From(1, d.Size + 9), d.From(1, d.Size), d.Flip(), d.Flip());
        var type = d.Of(Draw.Floats);
        return new("Gemm", [d.Elements(type, turnedA ? Shape.Of(k, m) : Shape.Of(m, k), -2, 2), d.Elements(type, turnedB ? Shape.Of(n, k) : Shape.Of(k, n), -2, 2), d.Once(3) ? null : d.Elements(type, d.Narrowed(Shape.Of(m, n)))],
            d.AllOrFirst(3), ("transA", turnedA ? 1 : 0), ("transB", turnedB ? 1 : 0), ("alpha", (float)d.Real(0.5, 2)), ("beta", (float)d.Real(0.5, 2)));
    }

    private static OperatorCase MatMulInteger(Draw d)
    {
        var ((a, b), x, w) = (Factors(d, false), ElementType.UInt8, d.Of(ElementType.UInt8, ElementType.Int8));
        return new("MatMulInteger", [Codes(d, x, a), Weights(d, w, b), d.Once(3) ? null : Zero(d, x), d.Once(3) ? null : Zero(d, w)], d.AllOrFirst(4));
    }

    private static OperatorCase QLinearMatMul(Draw d)
    {
        var ((a, b), (x, w)) = (Factors(d, false), d.Of((ElementType.UInt8, ElementType.UInt8), (ElementType.UInt8, ElementType.Int8), (ElementType.Int8, ElementType.Int8)));
        return new("QLinearMatMul", [Codes(d, x, a), Scale(d), Zero(d, x), Weights(d, w, b), Scale(d), Zero(d, w), Scale(d, 10), Zero(d, x)], 1);
    }

    /// <summary>Parameters of a tensor, of each place along an axis, or from 21 on of blocks along it.</summary>
    private static (Operand Scale, Operand? Zero, List<(string, object)> Attributes) Parameters(Draw d, ElementType type, Shape x, bool zeroNeeded)
    {
        var axis = x.Rank == 0 ? 0 : d.From(0, x.Rank - 1);
        var (shape, attributes) = (Shape.Of(), new List<(string, object)>());
        if (x.Rank > 0 && d.Flip())
        {
            shape = Shape.Of(x[axis]);
            attributes.Add(("axis", d.Flip() ? axis : axis - x.Rank));
            if (d.Opset >= 21 && d.Flip())
            {
                var block = d.From(1, x[axis]);
                var blocks = Shape.Of([.. x.Lengths.AsEnumerable().Select((n, i) => i == axis ? (n + block - 1) / block : n)]);
                if (blocks.Count > 1) // one scale is one for the tensor there
                {
                    attributes.Add(("block_size", block));
                    shape = blocks;
                }
            }
        }
        return (Scales(d, shape), !zeroNeeded && d.Once(4) ? null : Codes(d, type, shape), attributes);
    }

    private static ElementType CodeType(Draw d) => d.Opset >= 21 ? d.Of(ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16) : d.Of(ElementType.UInt8, ElementType.Int8);

    private static OperatorCase Quantize(Draw d)
    {
        var (x, type) = (d.Shape(0, 4), CodeType(d));
        var (scale, zero, attributes) = Parameters(d, type, x, type != ElementType.UInt8);
        return new("QuantizeLinear", [d.Reals(x, -9, 9), scale, zero], d.AllOrFirst(3), [.. attributes]);
    }

    private static OperatorCase Dequantize(Draw d)
    {
        var (x, type) = (d.Shape(0, 4), CodeType(d));
        var (scale, zero, attributes) = Parameters(d, type, x, false);
        if (d.Once(5)) // accumulators and biases: their zero point is 0
            return new("DequantizeLinear", [d.Elements(ElementType.Int32, x, -100000, 100000), scale], d.AllOrFirst(2), [.. attributes]);
        return new("DequantizeLinear", [Codes(d, type, x), scale, zero], d.AllOrFirst(3), [.. attributes]);
    }
}
