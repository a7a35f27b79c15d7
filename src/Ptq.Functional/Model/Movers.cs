namespace Ptq.Model;

/// <summary>Operators that only move elements about: every element they write is one that they read, or what a Pad fills in.</summary>
internal static class Movers
{
    /// <summary>Whether an operation is one of them.</summary>
    public static bool Has(Operation o) => o.Domain.Length == 0 && o.Op switch
    {
        "MaxPool" => o.Outputs.Length == 1,
        "Resize" => o.Text("mode", "nearest") == "nearest" && o.Text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize",
        "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Transpose" or "Slice" or "Gather" or "Split" or "Expand" or "Tile" or "Pad" or "DepthToSpace" or "SpaceToDepth" or "GlobalMaxPool" => true,
        _ => false,
    };
}
