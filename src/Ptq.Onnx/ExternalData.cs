using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>
/// Tensors whose elements lie in other files (ONNX IR, "External Tensor Data"). A file is asked for once, a range of it is read once
/// whoever shares it, and different ranges may not overlap: what is taken is never more than what is there.
/// </summary>
internal sealed class ExternalData(Func<string, Either<PtqError, ExternalFile>>? open)
{
    private readonly Dictionary<string, ExternalFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, long, long), Constant> ranges = [];
    private readonly Dictionary<string, long> taken = new(StringComparer.Ordinal);

    /// <summary>The tensor of a type and a shape.</summary>
    public Constant Take(Spot spot, IReadOnlyDictionary<string, string> entries, ElementType type, Shape shape)
    {
        var wanted = type.BytesOf(shape.Count);
        var (place, written) = (spot.In("location"), entries.GetValueOrDefault("location", ""));
        var location = string.Join('/', written.Split('/').Where(part => part != ".")); // one spelling a file
        if (!Inside(location)) throw place.Bad(Quoted.Text(written), "a relative path inside the model's folder, with / between its parts");
        var offset = Number(spot, entries, "offset", 0);
        var length = Number(spot, entries, "length", wanted);
        if (length != wanted) throw spot.In("length").Bad($"{length}", $"{wanted}, as type and dimensions say");
        if (!files.TryGetValue(location, out var file))
        {
            if (open is null) throw place.Bad(Quoted.Text(location), "elements inside the file: other files are not at hand");
            files[location] = file = open(location).IfLeft(error => throw new Unreadable(error));
        }
        if (offset > file.Length || length > file.Length - offset) throw spot.Bad($"{length} bytes from {offset} of {Quoted.Text(location)}, which has {file.Length}", "a range inside the file");
        if (length > 0 && ranges.TryGetValue((location, offset, length), out var known))
            return known.Type == type && known.Shape.Count == shape.Count ? known.Reshape(shape) : throw spot.Bad($"{type.Name} {shape} in a range of {Quoted.Text(location)} that is {known.Type.Name} {known.Shape} too", "one type for a range");
        if ((taken[location] = taken.GetValueOrDefault(location) + length) > file.Length) throw spot.Bad($"ranges of {Quoted.Text(location)} that overlap", "a range for every tensor");
        return ranges[(location, offset, length)] = Constant.Create(type, shape, (file, offset), static (to, from) =>
        {
            if (from.file.Read(from.offset, to).Case is LeftCase<PtqError, Unit>(var error)) throw new Unreadable(error);
        });
    }

    /// <summary>Whether a path stays below the folder it starts from, on every platform: no root, drive, stream, parent, backslash or control character.</summary>
    internal static bool Inside(string location) =>
        location.Length is > 0 and <= 1024
        && !location.Any(c => c is '\\' or ':' || char.IsControl(c))
        && location.Split('/').All(part => part.Trim() is { Length: > 0 } name && name == part && !name.EndsWith('.'));

    private static long Number(Spot spot, IReadOnlyDictionary<string, string> entries, string key, long otherwise)
    {
        if (!entries.TryGetValue(key, out var text)) return otherwise;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw spot.In(key).Bad(Quoted.Text(text), "a number of bytes");
    }
}
