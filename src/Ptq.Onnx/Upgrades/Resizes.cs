using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>
/// Upsample (until 9) and the first Resize (10) put the origin of both images into their corners. Neither says how the nearest sample is chosen; the
/// ONNX Runtime rounds down where an axis grows and up where it shrinks.
/// </summary>
internal static class Resizes
{
    public static IEnumerable<(string Op, int Until, Rewrite Rewrite)> All => [("Upsample", 13, Corner), ("Resize", 11, Corner)];

    private static IEnumerable<Operation> Corner(Operation operation, Older older)
    {
        var (x, mode) = (operation.Input(0), operation.Text("mode", "nearest"));
        if (mode is not ("nearest" or "linear" or "bilinear" or "trilinear")) throw older.Bad(operation, "mode", Errors.Quoted.Text(mode), "nearest or linear");
        var scales = Scales(operation, older);
        if (scales.Length == 0) return [Resize(operation, operation.Name, x, operation.Input(1), mode, "floor")];

        var (grows, shrinks) = (scales.AsEnumerable().Any(s => s > 1), scales.AsEnumerable().Any(s => s < 1));
        if (mode != "nearest" || !shrinks || !grows) return [Resize(operation, operation.Name, x, Named(operation, older, "scales", scales), mode, shrinks ? "ceil" : "floor")];
        var larger = older.Tensor(operation, "larger"); // the nearest sample is chosen on every axis for itself
        return
        [
            Resize(older.Before(operation, "Resize", [], larger), null, x, Named(operation, older, "growth", scales.Map(s => Math.Max(s, 1))), mode, "floor"),
            Resize(operation, operation.Name, larger, Named(operation, older, "shrinkage", scales.Map(s => Math.Min(s, 1))), mode, "ceil"),
        ];
    }

    private static Operation Resize(Operation operation, string? name, string x, string scales, string mode, string nearest) => new(name ?? operation.Name, "Resize", [x, "", scales], operation.Output,
        mode == "nearest"
            ? [("mode", new AttributeValue.Text("nearest")), ("coordinate_transformation_mode", new AttributeValue.Text("asymmetric")), ("nearest_mode", new AttributeValue.Text(nearest))]
            : [("mode", new AttributeValue.Text("linear")), ("coordinate_transformation_mode", new AttributeValue.Text("asymmetric"))]);

    /// <summary>The factors where they are known: an attribute, a constant, or those of height and width alone (before 7).</summary>
    private static Values<float> Scales(Operation operation, Older older) =>
        operation.Attributes.Find("scales").Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Reals reals) ? reals.Each
        : operation.Attributes.Has("height_scale") || operation.Attributes.Has("width_scale") ? [1, 1, operation.Real("height_scale", 1), operation.Real("width_scale", 1)]
        : older.ValueOf(operation.Input(1)) is { Type: ElementType.Float32, Shape.Rank: 1 } constant ? constant.ToOperand().Floats
        : [];

    private static string Named(Operation operation, Older older, string role, Values<float> scales) => older.Add(operation, role, Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(scales.Length), scales)));
}
