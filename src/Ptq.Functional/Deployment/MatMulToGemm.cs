using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>MatMul of a matrix with constant weights, and the bias that is added to it, as one Gemm: the bias becomes part of the accumulator.</summary>
internal static class MatMulToGemm
{
    /// <summary>The network with its Gemms.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rankOf">How many axes a tensor has.</param>
    public static Network Of(Network network, Func<string, int> rankOf)
    {
        var draft = new Rewriting(network);
        foreach (var product in draft.Operations.Where(o => o is { Op: "MatMul", Domain: "" }))
        {
            if (draft.Constant(product.Input(1)) is not { Shape.Rank: 2, Type.IsFloat: true } weights || rankOf(product.Input(0)) != 2) continue;
            var sum = draft.OnlyReader(product) is { Op: "Add", Domain: "" } only ? only : null;
            var bias = sum is null ? "" : sum.Inputs.AsEnumerable().FirstOrDefault(name => name != product.Output, "");
            if (sum is not null && draft.Constant(bias) is { Type.IsFloat: true } b && b.Shape.Count == weights.Shape[1] && b.Shape.Rank is > 0 and <= 2 && b.Shape[b.Shape.Rank - 1] == b.Shape.Count)
            {
                draft.Remove(product);
                draft.Replace(sum, new Operation(product.Name, "Gemm", [product.Input(0), product.Input(1), bias], sum.Output));
            }
            else draft.Replace(product, product with { Op = "Gemm", Attributes = ByName<AttributeValue>.Of([]) });
        }
        return draft.Done();
    }
}
