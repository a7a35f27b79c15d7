using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>The boxes that a detector keeps. How many there are is decided by the elements, which must be known.</summary>
internal static class DetectionOperator
{
    public static IEnumerable<(string, Prepare)> All => [("NonMaxSuppression", NonMaxSuppression)];

    /// <summary>
    /// Boxes [batch, N, 4] and scores [batch, classes, N] to rows (image, class, box): class by class the best box, and every next one that overlaps none of
    /// those before it by more than a share of the two together (intersection over union, in float32 as the ONNX Runtime forms it).
    /// </summary>
    private static Prepared NonMaxSuppression(Site site)
    {
        var (boxes, scores) = (Floats(site, 0, "boxes"), Floats(site, 1, "scores"));
        if (boxes.Shape.Rank != 3 || boxes.Shape[2] != 4) throw site.Bad("boxes", $"{boxes.Shape}", "[batch, N, 4]");
        if (scores.Shape.Rank != 3 || scores.Shape[0] != boxes.Shape[0] || scores.Shape[2] != boxes.Shape[1]) throw site.Bad("scores", $"{scores.Shape}", $"[{boxes.Shape[0]}, classes, {boxes.Shape[1]}]");
        var most = site.Has(2) ? Math.Clamp(site.IntegerOf(2, "max_output_boxes_per_class"), 0, boxes.Shape[1]) : 0;
        var (overlap, least) = (One(site, 3, "iou_threshold") ?? 0, One(site, 4, "score_threshold"));
        if (!(overlap is >= 0 and <= 1)) throw site.Bad("iou_threshold", $"{overlap}", "0 to 1");
        var isCentred = site.Whole("center_point_box", 0, 0, 1) == 1;
        site.Affordable(scores.Shape.Count, Math.Max(1, most));
        site.Fits(scores.Shape[0], scores.Shape[1], most, 3);

        Box[] all = [.. Enumerable.Range(0, boxes.Shape.Count / 4).Select(i => Box.Of(boxes.Floats.Span.Slice(4 * i, 4), isCentred))];
        var kept = new List<long>();
        for (var line = 0; line < scores.Shape[0] * scores.Shape[1]; line++)
        {
            var (image, of) = (line / scores.Shape[1], scores.Floats.Span.Slice(line * scores.Shape[2], scores.Shape[2]).ToArray());
            var chosen = new List<int>();
            foreach (var i in Enumerable.Range(0, of.Length).Where(i => least is null || of[i] > least).OrderByDescending(i => of[i])) // of equal scores the first
            {
                if (chosen.Count >= most) break;
                var box = all[image * of.Length + i];
                if (chosen.Exists(c => all[image * of.Length + c].Overlaps(box, overlap))) continue;
                chosen.Add(i);
                kept.AddRange([image, line % scores.Shape[1], i]);
            }
        }
        return Prepared.Constant(Operand.Of(ElementType.Int64, site.Fits(kept.Count / 3, 3), Values.From(kept)));
    }

    private static Operand Floats(Site site, int place, string name) => site.ValueOf(place, name) is { Type.IsFloat: true } value ? value : throw site.Bad(name, site.TypeOf(place).Name, "floating-point numbers");

    private static float? One(Site site, int place, string name) => !site.Has(place) ? null : Floats(site, place, name) is { Shape.Count: 1 } value ? value.Floats[0] : throw site.Bad(name, $"{site.ShapeOf(place)}", "one number");

    private readonly record struct Box(float Left, float Top, float Right, float Bottom)
    {
        /// <summary>From two opposite corners (y, x, y, x), or from the centre and the lengths (x, y, width, height).</summary>
        public static Box Of(ReadOnlySpan<float> b, bool isCentred) => isCentred
            ? new(b[0] - b[2] / 2, b[1] - b[3] / 2, b[0] + b[2] / 2, b[1] + b[3] / 2)
            : new(Math.Min(b[1], b[3]), Math.Min(b[0], b[2]), Math.Max(b[1], b[3]), Math.Max(b[0], b[2]));

        public bool Overlaps(Box other, float share)
        {
            var (width, height) = (Math.Min(Right, other.Right) - Math.Max(Left, other.Left), Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
            if (!(width > 0 && height > 0)) return false;
            var (a, b, common) = (Area, other.Area, width * height);
            var together = a + b - common;
            return a > 0 && b > 0 && together > 0 && common > 0 && common / together > share;
        }

        private float Area => (Right - Left) * (Bottom - Top);
    }
}
