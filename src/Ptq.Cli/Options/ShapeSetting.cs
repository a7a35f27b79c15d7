using System.Globalization;
using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Options;

/// <summary>The shape that a user gives an input.</summary>
/// <param name="Input">Its name; empty for the only one.</param>
/// <param name="Shape">The lengths.</param>
internal readonly record struct GivenShape(string Input, Shape Shape);

/// <summary>A shape for every input.</summary>
/// <param name="Shapes">By name.</param>
/// <param name="Remarks">What was assumed.</param>
internal sealed record AssumedShapes(ByName<Shape> Shapes, Values<string> Remarks);

/// <summary>The shapes of inputs whose lengths are free.</summary>
internal static class ShapeSetting
{
    /// <summary>Shapes from <c>NAME=1x3x224x224</c>, or <c>1x3x224x224</c>.</summary>
    public static Validation<Fault, Values<GivenShape>> Parse(string field, Values<string> texts)
    {
        var (given, faults) = (new List<GivenShape>(), new List<Fault>());
        foreach (var text in texts)
        {
            var at = text.LastIndexOf('=');
            var parts = text[(at + 1)..].Split('x');
            var lengths = parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 0).ToArray();
            if (lengths.Contains(0) || !Shape.Fits([.. lengths.Select(n => (long)n)])) faults.Add(new(field, Quoted.Text(text), "NAME=1x3x224x224: an input's name and its lengths, from 1"));
            else if (given.Exists(g => g.Input == text[..Math.Max(0, at)])) faults.Add(new(field, $"two shapes for {Quoted.Text(text[..Math.Max(0, at)])}", "one"));
            else given.Add(new(text[..Math.Max(0, at)], Shape.Of(lengths)));
        }
        return faults.Count > 0 ? Validation<Fault, Values<GivenShape>>.Fail(faults.ToSeq()) : Success<Fault, Values<GivenShape>>(Values.From(given));
    }

    /// <summary>The shapes of all inputs that may be meant: as given, as declared, and what is free otherwise by assumption, the likeliest first.</summary>
    /// <returns>At least one possibility; or the input whose shape cannot be guessed, or that is not there.</returns>
    public static Either<PtqError, Values<AssumedShapes>> Of(Values<Port> inputs, Values<GivenShape> given)
    {
        foreach (var (name, _) in given)
            if (name.Length == 0 ? inputs.Length != 1 : !inputs.AsEnumerable().Any(p => p.Name == name))
                return new PtqError.BadRequest("--shape", name.Length == 0 ? "a shape without a name" : Quoted.Text(name), $"an input: {string.Join(", ", inputs.AsEnumerable().Select(p => $"{Quoted.Text(p.Name)} ({p})"))}");
        var all = new List<AssumedShapes>();
        foreach (var (side, length) in (ReadOnlySpan<(int, int)>)[(224, 128), (320, 64), (640, 32), (256, 16), (128, 8), (64, 4), (32, 1)])
        {
            var (shapes, remarks) = (new List<(string, Shape)>(), new List<string>());
            foreach (var port in inputs)
            {
                if (given.AsEnumerable().Where(g => g.Input == port.Name || g.Input.Length == 0).Select(g => (Shape?)g.Shape).FirstOrDefault() is { } shape) shapes.Add((port.Name, shape));
                else if (!port.HasShape) return new PtqError.BadGraph("", $"input '{port.Name}'", "no declared shape", $"one: --shape {port.Name}=1x3x224x224, for example");
                else
                {
                    var lengths = port.Dims.AsEnumerable().Select((dim, axis) => dim.IsFree ? Assumed(port, axis, side, length) : (long)dim.Length).ToArray();
                    if (!Shape.Fits(lengths)) return new PtqError.BadGraph("", $"input '{port.Name}'", $"{port}", "fewer than 2³¹ elements");
                    shapes.Add((port.Name, Shape.Of([.. lengths.Select(n => (int)n)])));
                    if (port.Dims.AsEnumerable().Skip(1).Any(d => d.IsFree)) remarks.Add($"the free lengths of input {Quoted.Text(port.Name)} ({port}) are taken to be those of {shapes[^1].Item2}; --shape gives others");
                }
            }
            all.Add(new(ByName<Shape>.Of(shapes), Values.From(remarks)));
            if (remarks.Count == 0) break; // nothing was assumed
        }
        return Values.From(all);
    }

    // A batch of 1; square images of 3 channels where the fixed lengths leave room for them; anything else has a length of its own.
    private static long Assumed(Port port, int axis, int side, int length) =>
        axis == 0 ? 1
        : port.Dims.Length != 4 ? length
        : axis == 1 && !(port.Dims[3] is { IsFree: false, Length: <= 4 }) ? 3
        : side;
}
