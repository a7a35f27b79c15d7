namespace Ptq.Engine.Operators;

/// <summary>Where the elements of one axis of a Resize come from. Coordinates are computed in float32 (in double where ONNX Runtime does), in the order of operations of ONNX's text.</summary>
/// <param name="From">The input's length.</param>
/// <param name="To">The output's length.</param>
/// <param name="Scale">How much longer the output is; not always To/From.</param>
/// <param name="Start">Where the region of interest begins, as a part of the input (tf_crop_and_resize).</param>
/// <param name="End">Where it ends.</param>
/// <param name="Mode">coordinate_transformation_mode.</param>
internal sealed record ResizedAxis(int From, int To, float Scale, float Start, float End, string Mode)
{
    private const float Halfway = 1e-6f; // this near to the middle of two elements counts as the middle, as in ONNX Runtime 1.30: scales are rounded

    /// <summary>The values of coordinate_transformation_mode.</summary>
    public static string[] Modes => ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"];

    /// <summary>The values of nearest_mode.</summary>
    public static string[] NearestModes => ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

    /// <summary>Whether every element stays where it is.</summary>
    public bool IsUnchanged => Scale == 1 && From == To;

    /// <summary>Weights of elements of the input: as many an element of the output.</summary>
    /// <param name="Places">Which elements.</param>
    /// <param name="Weights">Their weights.</param>
    internal readonly record struct Taps(int[] Places, float[] Weights);

    /// <summary>Where an element of the output lies among those of the input.</summary>
    public float Coordinate(int place)
    {
        float x = place;
        return Mode switch
        {
            _ when IsUnchanged => x,
            "half_pixel" => (x + 0.5f) / Scale - 0.5f,
            "half_pixel_symmetric" => (float)(From / 2f * (1 - To / (Scale * From)) + ((double)x + 0.5) / Scale - 0.5),
            "pytorch_half_pixel" => To > 1 ? (x + 0.5f) / Scale - 0.5f : 0,
            "align_corners" => To == 1 ? 0 : x * (From - 1) / (To - 1),
            "tf_half_pixel_for_nn" => (x + 0.5f) / Scale,
            "tf_crop_and_resize" => To > 1 ? Start * (From - 1) + x * (End - Start) * (From - 1) / (To - 1) : 0.5f * (Start + End) * (From - 1),
            _ => x / Scale, // asymmetric
        };
    }

    /// <summary>Which elements of the output lie outside the region that the input covers.</summary>
    public bool[] Outside => [.. Enumerable.Range(0, To).Select(i => Coordinate(i) is var x && (x < 0 || x > From - 1))];

    /// <summary>The element of the input that is nearest to each of the output.</summary>
    public int[] Nearest(string rounding) => [.. Enumerable.Range(0, To).Select(i =>
    {
        var x = Coordinate(i);
        return Inside(rounding switch
        {
            "floor" => MathF.Floor(x),
            "ceil" => MathF.Ceiling(x),
            "round_prefer_ceil" => MathF.Floor(x) + (x - MathF.Floor(x) >= 0.5f - Halfway ? 1 : 0),
            _ => MathF.Floor(x) + (x - MathF.Floor(x) > 0.5f + Halfway ? 1 : 0),
        });
    })];

    /// <summary>The two neighbours of each element.</summary>
    public Taps Linear()
    {
        var (places, weights) = (new int[2 * To], new float[2 * To]);
        for (var i = 0; i < To; i++)
        {
            var x = Math.Clamp(Coordinate(i), 0, From - 1);
            var low = Inside(MathF.Floor(x));
            (places[2 * i], places[2 * i + 1]) = (low, Math.Min(low + 1, From - 1));
            (weights[2 * i], weights[2 * i + 1]) = (1 - (x - low), x - low);
        }
        return new(places, weights);
    }

    /// <summary>The four neighbours of each element by the cubic convolution of Keys (1981), with parameter a.</summary>
    public Taps Cubic(float a, bool excludeOutside)
    {
        var (places, weights) = (new int[4 * To], new float[4 * To]);
        for (var i = 0; i < To; i++)
        {
            var x = Coordinate(i);
            var (low, total) = (MathF.Floor(x), 0f);
            for (var k = 0; k < 4; k++)
            {
                var there = low - 1 + k;
                places[4 * i + k] = Inside(there);
                weights[4 * i + k] = excludeOutside && (there < 0 || there >= From) ? 0 : Keys(x - there, a);
                total += weights[4 * i + k];
            }
            for (var k = 0; k < 4 && excludeOutside && total != 0; k++) weights[4 * i + k] /= total;
        }
        return new(places, weights);
    }

    /// <summary>All elements under a filter that is as wide as the output's elements are in the input: what shrinks is averaged.</summary>
    public Taps Antialiased(bool isCubic, float a, bool excludeOutside)
    {
        var stretch = Math.Max(1, 1 / Scale);
        var support = (isCubic ? 2 : 1) * stretch;
        var taps = (int)Math.Min(2 * MathF.Ceiling(support) + 1, int.MaxValue / 2);
        if ((long)taps * To > Site.MostElements) return new([], []);
        var (places, weights) = (new int[taps * To], new float[taps * To]);
        for (var i = 0; i < To; i++)
        {
            var x = Coordinate(i);
            var (low, total) = (MathF.Floor(x - support + 1), 0f); // centres are half an element from the edges
            for (var k = 0; k < taps; k++)
            {
                var there = low + k;
                var distance = (there - x) / stretch;
                places[i * taps + k] = Inside(there);
                weights[i * taps + k] = excludeOutside && (there < 0 || there >= From) ? 0 : isCubic ? Keys(distance, a) : Math.Max(0, 1 - MathF.Abs(distance));
                total += weights[i * taps + k];
            }
            for (var k = 0; k < taps && total != 0; k++) weights[i * taps + k] /= total;
        }
        return new(places, weights);
    }

    /// <summary>The weight of an element at a distance, by the cubic convolution of Keys (1981) with parameter a.</summary>
    public static float Keys(float distance, float a)
    {
        var s = MathF.Abs(distance);
        return s < 1 ? ((a + 2) * s - (a + 3)) * s * s + 1 : s < 2 ? ((a * s - 5 * a) * s + 8 * a) * s - 4 * a : 0;
    }

    private int Inside(float place) => place > 0 ? (int)Math.Min(place, From - 1) : 0; // also for NaN
}
