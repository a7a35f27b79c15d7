using System.Collections.Frozen;

namespace Ptq.Engine.Operators;

/// <summary>Makes an operation ready, or throws <see cref="Unfit"/>.</summary>
internal delegate Prepared Prepare(Site site);

/// <summary>The operators that there are, by full name.</summary>
internal static class OperatorTable
{
    private static readonly FrozenDictionary<string, Prepare> All = ((string, Prepare)[])
    [
        .. ShapeOperators.All,
        .. TransposeOperators.All,
        .. SliceOperators.All,
        .. GatherOperators.All,
        .. ScatterOperators.All,
        .. PadOperators.All,
        .. FillOperators.All,
        .. ScanOperators.All,
        .. RankOperators.All,
        .. UniqueOperator.All,
        .. ConvolutionOperators.All,
        .. MatrixOperators.All,
        .. UnaryOperators.All,
        .. ActivationOperators.All,
        .. BinaryOperators.All,
        .. PowOperator.All,
        .. LogicOperators.All,
        .. CastOperators.All,
        .. ResizeOperators.All,
        .. ReduceOperators.All,
        .. NormalizationOperators.All,
        .. SoftmaxOperators.All,
        .. IntegerOperators.All,
        .. CodeBinaryOperators.All,
        .. CodeTableOperators.All,
        .. CodePoolOperators.All,
        .. CodeGemmOperator.All,
        .. CodeSoftmaxOperator.All,
        .. PoolOperators.All,
        .. QuantizationOperators.All,
        .. RecurrentOperators.All,
        .. EinsumOperator.All,
        .. GridSampleOperator.All,
        .. RoiAlignOperator.All,
        .. DetectionOperator.All,
        .. MaxUnpoolOperator.All,
        .. LossOperators.All,
        .. FourierOperators.All,
    ] is var all ? all.ToFrozenDictionary(o => o.Item1, o => o.Item2, StringComparer.Ordinal) : throw new System.Diagnostics.UnreachableException();

    /// <summary>The operators' names, sorted.</summary>
    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>The operator of a full name; null where there is none.</summary>
    public static Prepare? Find(string fullOp) => All.GetValueOrDefault(fullOp);
}
