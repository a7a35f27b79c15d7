using Ptq.Tensors;
using static Ptq.Tests.Runtime.Operators.MatrixCases;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>The ONNX Runtime's own operators between codes.</summary>
internal static class CodeCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("com.microsoft.QLinearAdd", 13, d => Binary(d, "QLinearAdd")), new("com.microsoft.QLinearMul", 13, d => Binary(d, "QLinearMul")),
        new("com.microsoft.QLinearConcat", 13, Concat), new("com.microsoft.QLinearWhere", 13, Where),
        new("com.microsoft.QLinearSigmoid", 13, d => Pointwise(d, "QLinearSigmoid")), new("com.microsoft.QLinearLeakyRelu", 13, d => Pointwise(d, "QLinearLeakyRelu", ("alpha", (float)d.Real(-0.5, 0.5)))),
        new("com.microsoft.QLinearSoftmax", 13, Softmax),
        new("com.microsoft.QLinearAveragePool", 13, WindowCases.AveragePoolOfCodes), new("com.microsoft.QLinearGlobalAveragePool", 13, GlobalAveragePool),
        new("com.microsoft.QGemm", 13, Gemm),
    ];

    private static ElementType Type(Draw d) => d.Of(ElementType.UInt8, ElementType.Int8);

    /// <summary>Scale and zero point; the second may be left out.</summary>
    public static Operand?[] Parameters(Draw d, ElementType type, double times = 1, bool optional = false) => [Scale(d, times), optional && d.Once(4) ? null : Zero(d, type)];

    private static OperatorCase Binary(Draw d, string op)
    {
        var (type, shapes) = (Type(d), d.Broadcast(2)); // the runtime's type inference asks for all zero points, although they may be left out
        return new($"com.microsoft.{op}", [Codes(d, type, shapes[0]), .. Parameters(d, type, 1), Codes(d, type, shapes[1]), .. Parameters(d, type, 1), .. Parameters(d, type, 2)], 1);
    }

    private static OperatorCase Concat(Draw d)
    {
        var (type, shape) = (Type(d), d.Shape(1, 4));
        var axis = d.From(0, shape.Rank - 1);
        var output = Parameters(d, type);
        var parts = Enumerable.Range(0, d.From(1, 4)).Select(_ => (Operand?[])[Codes(d, type, Shape.Of([.. shape.Lengths.AsEnumerable().Select((n, i) => i == axis ? d.From(1, d.Size) : n)])), .. d.Once(4) ? output : Parameters(d, type)]);
        return new("com.microsoft.QLinearConcat", [.. output, .. parts.SelectMany(part => part)], d.Flip() ? 2 : 9, ("axis", d.Flip() ? axis : axis - shape.Rank));
    }

    private static OperatorCase Where(Draw d)
    {
        var (type, shapes) = (Type(d), d.Broadcast(3));
        return new("com.microsoft.QLinearWhere", [d.Truths(shapes[0]), Codes(d, type, shapes[1]), .. Parameters(d, type), Codes(d, type, shapes[2]), .. Parameters(d, type), .. Parameters(d, type)], d.AllOrFirst(9));
    }

    private static OperatorCase Pointwise(Draw d, string op, params (string, object)[] attributes)
    {
        var type = Type(d);
        return new($"com.microsoft.{op}", [Codes(d, type, d.Shape(0, 4)), .. Parameters(d, type, 1, true), .. Parameters(d, type, 0.2)], d.AllOrFirst(5), attributes); // the runtime's process ends where the last zero point is left out
    }

    private static OperatorCase Softmax(Draw d)
    {
        var (type, x) = (Type(d), d.Shape(2, 4));
        return new("com.microsoft.QLinearSoftmax", [Codes(d, type, x), .. Parameters(d, type, 1, true), Draw.One(ElementType.Float32, 1 / 256.0), Zero(d, type)], d.AllOrFirst(5), ("axis", d.Axis(x.Rank)), ("opset", d.Of(12, 13)));
    }

    private static OperatorCase GlobalAveragePool(Draw d)
    {
        var (type, x) = (Type(d), d.Shape(3, 5));
        return new("com.microsoft.QLinearGlobalAveragePool", [Codes(d, type, x), .. Parameters(d, type), .. Parameters(d, type, 0.5)], 1, ("channels_last", d.Of(0, 1)));
    }

    private static OperatorCase Gemm(Draw d)
    {
        var (m, k, n, turnedA, turnedB) = (d.From(1, d.Size), d.From(1, d.Size + 9), d.From(1, d.Size), d.Flip(), d.Flip());
        var (x, w) = d.Of((ElementType.UInt8, ElementType.UInt8), (ElementType.UInt8, ElementType.Int8), (ElementType.Int8, ElementType.Int8));
        var perColumn = d.Flip() ? Shape.Of(n) : Shape.Of();
        Operand? c = d.Once(3) ? null : d.Elements(ElementType.Int32, d.Of(Shape.Of(n), Shape.Of(1, n), Shape.Of(m, 1), Shape.Of(m, n), Shape.Of(1), Shape.Of()), -9000, 9000);
        Operand?[] inputs = [Codes(d, x, turnedA ? Shape.Of(k, m) : Shape.Of(m, k)), .. Parameters(d, x), Weights(d, w, turnedB ? Shape.Of(n, k) : Shape.Of(k, n)), Scales(d, perColumn), d.Elements(w, perColumn, -9, 9), c];
        return new("com.microsoft.QGemm", d.Once(3) ? inputs : [.. inputs, .. Parameters(d, x, 10)], 1, ("transA", turnedA ? 1 : 0), ("transB", turnedB ? 1 : 0), ("alpha", (float)d.Real(0.5, 2))) { Tolerance = 0 };
    }
}
