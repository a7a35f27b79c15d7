using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>Consecutive samples that a network takes at once.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many.</param>
/// <param name="Length">How many the network is given: more than there are where it takes no fewer; the last is repeated then.</param>
public readonly record struct SampleRange(int First, int Count, int Length);

/// <summary>What becomes of samples that are too few for a network that takes a fixed number at once.</summary>
public enum Remainder
{
    /// <summary>They are not used: repeated samples would count twice.</summary>
    LeftOut,

    /// <summary>The last one is repeated until there are enough, and what the network says of the repeated ones is dropped.</summary>
    FilledUp,
}

/// <summary>Samples for the inputs of a network, from data that fit them.</summary>
public sealed class Samples
{
    // 1 GiB of float32, as the engine has it.
    private const int MostElements = 1 << 28;

    private readonly Values<Port> inputs;
    private readonly SampleSource source;
    private readonly InputScaling scaling;

    private Samples(Values<Port> inputs, SampleSource source, InputScaling scaling, int count, Option<int> fixedLength) =>
        (this.inputs, this.source, this.scaling, Count, FixedLength) = (inputs, source, scaling, count, fixedLength);

    /// <summary>How many samples there are.</summary>
    public int Count { get; }

    /// <summary>How many samples the network takes at once, where it does not take any number.</summary>
    public Option<int> FixedLength { get; }

    /// <summary>
    /// Samples from a file (NPY, NPZ, IDX, gzipped IDX: the first axis counts them; or one sample) or a folder (NPY or NPZ files, each one sample,
    /// in the order of their names). NPZ entries are named as the inputs; a single array goes to a single input whatever its name.
    /// A sample whose axes differ from the input's is reshaped where it has as many elements and its axes are not merely in another order.
    /// Free lengths are those of the data.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="inputs">What the network takes.</param>
    /// <param name="scaling">What becomes of numbers that go into a floating-point input.</param>
    public static Either<PtqError, Samples> Open(string path, Values<Port> inputs, InputScaling scaling) => Disk.FolderExists(path)
        ? SampleSource.OfFolder(path, [.. inputs.AsEnumerable()]).Bind(source => Create(path, source, inputs, scaling))
        : from bytes in Disk.ReadAll(path)
          from arrays in DataFile.Parse(path, bytes)
          from samples in Of(path, arrays, inputs, scaling)
          select samples;

    /// <summary>Samples from the arrays of a file; see <see cref="Open"/>.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="arrays">Its arrays; <see cref="DataFile.Nameless"/> where there is one without a name.</param>
    /// <param name="inputs">What the network takes.</param>
    /// <param name="scaling">What becomes of numbers that go into a floating-point input.</param>
    public static Either<PtqError, Samples> Of(string name, ByName<NpyArray> arrays, Values<Port> inputs, InputScaling scaling) =>
        SampleSource.Of(name, arrays, [.. inputs.AsEnumerable()]).Bind(source => Create(name, source, inputs, scaling));

    /// <summary>At most the first so many.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public Samples First(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(inputs, source, scaling, Math.Min(count, Count), FixedLength);
    }

    /// <summary>The samples in portions that a network can take: consecutive ones of equal shapes, at most so many (or as many as
    /// the network wants).</summary>
    public IReadOnlyList<SampleRange> Ranges(int most, Remainder remainder)
    {
        var wanted = FixedLength.IfNone(Math.Max(1, most));
        var ranges = new List<SampleRange>();
        for (var (first, count) = (0, 0); first < Count; first += count)
        {
            var room = FixedLength.IsSome ? wanted : Math.Min(wanted, MostElements / Math.Max(1, LargestInput(first)));
            for (count = 1; count < room && first + count < Count && SameShapes(first, first + count);) count++;
            if (count == wanted || FixedLength.IsNone) ranges.Add(new(first, count, count));
            else if (remainder == Remainder.FilledUp) ranges.Add(new(first, count, wanted));
        }
        return ranges;
    }

    /// <summary>The shapes of the inputs for a portion.</summary>
    public ByName<Shape> ShapesOf(SampleRange range) => ByName<Shape>.Of(inputs.AsEnumerable().Select((port, k) => (port.Name, ShapeOf(k, range))));

    /// <summary>The inputs for a portion; or what is wrong with the data. May be called from several threads.</summary>
    public Either<PtqError, ByName<Operand>> Read(SampleRange range) => source.Read(range.First, range.Count).Bind(pieces =>
    {
        var read = new List<(string, Operand)>();
        for (var k = 0; k < inputs.Length; k++)
            switch (InputElements.Of(inputs[k], ShapeOf(k, range), source.ShapeOf(k, range.First).Count, pieces[k], scaling).Case)
            {
                case LeftCase<PtqError, Operand>(var error): return error;
                case RightCase<PtqError, Operand>(var value): read.Add((inputs[k].Name, value)); break;
            }
        return Right<PtqError, ByName<Operand>>(ByName<Operand>.Of(read));
    });

    private static Either<PtqError, Samples> Create(string name, SampleSource source, Values<Port> inputs, InputScaling scaling)
    {
        if (inputs.Length == 0) return new PtqError.BadGraph("", "inputs", "none", "at least one that data can go into");
        int? fixedLength = null;
        for (var k = 0; k < inputs.Length; k++)
        {
            int? own = !source.Batched[k] ? 1 : inputs[k] is { HasShape: true, Dims: [{ IsFree: false, Length: var length }, ..] } ? length : null;
            if (own is null || own == fixedLength) continue;
            if (own < 1 || fixedLength is not null) return new PtqError.BadFile(name, $"samples for input {Place.Quote(inputs[k].Name)} ({inputs[k]})", $"{own} at a time", fixedLength is null ? "at least one" : $"{fixedLength}, as for the inputs before it");
            fixedLength = own;
        }
        for (var i = 0; i < source.Count; i++)
            for (var k = 0; k < inputs.Length; k++)
                if (source.Batched[k] && (long)source.ShapeOf(k, i).Count * (fixedLength ?? 1) > MostElements)
                    return new PtqError.BadFile(name, $"sample {i} for input {Place.Quote(inputs[k].Name)} ({inputs[k]})", $"{source.ShapeOf(k, i)}, {fixedLength ?? 1} at a time", $"at most {MostElements} elements");
        return new Samples(inputs, source, scaling, source.Count, Optional(fixedLength));
    }

    private Shape ShapeOf(int input, SampleRange range) => source.Batched[input] ? source.ShapeOf(input, range.First).Batch(range.Length) : source.ShapeOf(input, range.First);

    private int LargestInput(int sample) => Enumerable.Range(0, inputs.Length).Max(k => source.ShapeOf(k, sample).Count);

    private bool SameShapes(int a, int b)
    {
        for (var k = 0; k < inputs.Length; k++)
            if (source.ShapeOf(k, a) != source.ShapeOf(k, b)) return false;
        return true;
    }
}
