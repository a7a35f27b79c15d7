using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>What an operation costs, in multiplications with an addition: those of convolutions and products of matrices, in floats or codes.</summary>
public static class Macs
{
    /// <summary>The cost of an operation; 0 for any other, or where a shape is not known.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="types">Type and shape of tensors.</param>
    public static long Of(Operation operation, IReadOnlyDictionary<string, TensorType> types)
    {
        Shape? ShapeOf(string name) => types.TryGetValue(name, out var type) ? type.Shape : null;
        if (operation.Outputs.Length == 0 || ShapeOf(operation.Input(0)) is not { Rank: > 0 } a || ShapeOf(operation.Output) is not { } y) return 0;
        return operation.FullOp switch
        {
            "Conv" or "ConvInteger" => y.Count * PerChannel(ShapeOf(operation.Input(1))),
            "QLinearConv" => y.Count * PerChannel(ShapeOf(operation.Input(3))),
            "ConvTranspose" => a.Count * PerChannel(ShapeOf(operation.Input(1))),
            "Gemm" or "com.microsoft.QGemm" => (long)y.Count * a[operation.Whole("transA", 0) == 0 ? a.Rank - 1 : 0],
            "MatMul" or "MatMulInteger" or "QLinearMatMul" => (long)y.Count * a[a.Rank - 1],
            _ => 0,
        };
    }

    // Of a convolution: the products in one output element; of a transposed one: the products with one input element.
    private static long PerChannel(Shape? weights) => weights is { Rank: > 0 } w && w[0] > 0 ? w.Count / w[0] : 0;
}
