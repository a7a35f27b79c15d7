using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LanguageExt;
using Ptq.Errors;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>Images that ranges and weight schemes are fitted to.</summary>
/// <param name="Images">[N, C, H, W].</param>
public sealed record CalibrationImages(Tensor Images);

/// <summary>Images that a search scores its candidates on: a gain on them is no result.</summary>
/// <param name="Examples">The images and their classes.</param>
public sealed record SearchImages(LabelledImages Examples);

/// <summary>Images that nothing was fitted to.</summary>
/// <param name="Examples">The images and their classes.</param>
public sealed record TestImages(LabelledImages Examples);

/// <summary>Which images may be in two splits at once.</summary>
public enum Overlap
{
    /// <summary>None.</summary>
    Refused,

    /// <summary>Calibration images may be search images too, as in the thesis. Test images may be neither.</summary>
    CalibrationInSearch,
}

/// <summary>Three sets of images with types of their own, so that one cannot stand where another is meant.</summary>
public sealed record Splits
{
    private Splits(CalibrationImages calibration, SearchImages search, TestImages test) => (Calibration, Search, Test) = (calibration, search, test);

    /// <summary>For fitting.</summary>
    public CalibrationImages Calibration { get; }

    /// <summary>For searching.</summary>
    public SearchImages Search { get; }

    /// <summary>For reporting.</summary>
    public TestImages Test { get; }

    /// <summary>Checks by the images' contents that the splits are disjoint.</summary>
    public static Either<PtqError, Splits> Create(CalibrationImages calibration, SearchImages search, TestImages test, Overlap overlap = Overlap.Refused)
    {
        var (fitted, searched, tested) = (Contents(calibration.Images), Contents(search.Examples.Images), Contents(test.Examples.Images));
        return Shared(fitted, tested) is var (a, b) ? Error("calibration", a, "test", b)
            : Shared(searched, tested) is var (c, d) ? Error("search", c, "test", d)
            : overlap == Overlap.Refused && Shared(fitted, searched) is var (e, f) ? Error("calibration", e, "search", f)
            : new Splits(calibration, search, test);
    }

    private static PtqError Error(string one, int i, string other, int j) =>
        new PtqError.BadRequest($"{one} and {other} images", $"the same image at {i} and {j}", "disjoint sets");

    private static (int, int)? Shared(Dictionary<UInt128, int> one, Dictionary<UInt128, int> other)
    {
        foreach (var (content, i) in one)
            if (other.TryGetValue(content, out var j)) return (i, j);
        return null;
    }

    /// <summary>The first place of every distinct image, by the first half of its SHA-256.</summary>
    private static Dictionary<UInt128, int> Contents(Tensor images)
    {
        var (size, places) = (images.Shape.Stride(0), new Dictionary<UInt128, int>());
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var i = 0; i < images.Shape[0]; i++)
        {
            SHA256.HashData(MemoryMarshal.AsBytes(images.Data.Span.Slice(i * size, size)), hash);
            places.TryAdd(MemoryMarshal.Read<UInt128>(hash), i);
        }
        return places;
    }
}
