using System.Globalization;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>What a recurrent layer remembers of every sequence: hidden states [batch, hidden] and, of an LSTM, cells.</summary>
internal readonly record struct State(float[] H, float[] C);

/// <summary>One direction of a recurrent layer with its matrices packed.</summary>
internal interface ICell
{
    /// <summary>What the sums of every gate begin with: [gates · hidden].</summary>
    float[] Start { get; }

    /// <summary>One step of all sequences.</summary>
    /// <param name="x">What the inputs add to each gate, [batch, gates · hidden]; overwritten.</param>
    /// <param name="before">The state.</param>
    /// <param name="after">The state after it; written.</param>
    void Step(Span<float> x, State before, State after);
}

/// <summary>
/// The frame that recurrent layers share: X [steps, batch, inputs] (or batch first), W [directions, gates · hidden, inputs], R [directions,
/// gates · hidden, hidden], biases of W and R [directions, 2 · gates · hidden], the sequences' lengths, initial states [directions, batch, hidden].
/// Products are fused float32 sums in index order; the input's product of all steps is one.
/// </summary>
internal sealed class Recurrence
{
    private readonly Site site;
    private readonly int steps, inputs, gates;
    private readonly bool isBatchFirst, hasCells;
    private readonly bool[] isReverse;
    private readonly float clip;
    private readonly ElementType type;
    private readonly Shape y, last;

    /// <summary>Checks what all layers have in common.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="gates">How many gates a cell has.</param>
    /// <param name="hasCells">Whether there are cells beside hidden states: input 6 and output 2.</param>
    public Recurrence(Site site, int gates, bool hasCells)
    {
        (this.site, this.gates, this.hasCells, type) = (site, gates, hasCells, site.FloatTypeOf(0));
        var (x, r) = (site.ShapeOf(0), site.ShapeOf(2));
        if (x.Rank != 3) throw site.Bad("input 0", $"{x}", "[steps, batch, inputs], or the batch first");
        if (r.Rank != 3 || r[2] == 0) throw site.Bad("R", $"{r}", "[directions, gates · hidden, hidden]");
        isBatchFirst = site.Whole("layout", 0, 0, 1) == 1;
        isReverse = site.Text("direction", "forward") switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            var other => throw site.Bad("direction", other, "forward, reverse or bidirectional"),
        };
        (steps, Batch, inputs, Hidden) = (x[isBatchFirst ? 1 : 0], x[isBatchFirst ? 0 : 1], x[2], r[2]);
        if (site.Whole("hidden_size", Hidden) != Hidden) throw site.Bad("hidden_size", site.Whole("hidden_size", Hidden).ToString(CultureInfo.InvariantCulture), $"{Hidden}, as R {r}");
        clip = site.Real("clip", float.PositiveInfinity);
        if (!(clip >= 0)) throw site.Bad("clip", clip.ToString(CultureInfo.InvariantCulture), "a bound that is not negative");

        site.Fits(steps, Batch, gates, Hidden);
        y = isBatchFirst ? site.Fits(Batch, steps, Directions, Hidden) : site.Fits(steps, Directions, Batch, Hidden);
        last = isBatchFirst ? site.Fits(Batch, Directions, Hidden) : site.Fits(Directions, Batch, Hidden);
        site.Affordable([Directions, steps, Batch, gates, Hidden, (long)inputs + Hidden]);
        Check(1, "W", Directions, (long)gates * Hidden, inputs);
        Check(2, "R", Directions, (long)gates * Hidden, Hidden);
        Check(3, "B", Directions, 2L * gates * Hidden);
        Check(5, "initial_h", [.. last.Lengths.AsEnumerable()]);
        if (hasCells) Check(6, "initial_c", [.. last.Lengths.AsEnumerable()]);
        if (site.Has(4) && (site.TypeOf(4).IsFloat || site.ShapeOf(4) != Shape.Of(Batch))) throw site.Bad("sequence_lens", $"{site.Types[4]}", $"{Batch} integers");
        if (site.Has(4) && site.Known[4] is { } known) Lengths(known);
    }

    /// <summary>How many sequences.</summary>
    public int Batch { get; }

    /// <summary>Elements of a hidden state.</summary>
    public int Hidden { get; }

    /// <summary>1, or 2 where the sequences are read both ways.</summary>
    public int Directions => isReverse.Length;

    /// <summary>Refuses an input of another type than the first's or of another shape; one that is left out is none.</summary>
    public void Check(int place, string name, params ReadOnlySpan<long> lengths)
    {
        if (site.Has(place) && (site.TypeOf(place) != type || !site.ShapeOf(place).Lengths.AsEnumerable().Select(n => (long)n).SequenceEqual(lengths.ToArray())))
            throw site.Bad(name, $"{site.Types[place]}", $"{type.Name} [{string.Join(", ", lengths.ToArray())}]");
    }

    /// <summary>The rows [first, first + count) of one direction's matrix [·, K], transposed and packed.</summary>
    public static MatrixPlan<float, float> Matrix(Operand matrix, int direction, int first, int count)
    {
        var (rows, inner) = (matrix.Shape[1], matrix.Shape[2]);
        return new MatrixPlan<float, float>(DotKernels.For(DotKernels.Single, count, VectorWidth.Bits512), inner, count, 1, inner)
            .Pack(matrix.Floats.Span.Slice((direction * rows + first) * inner, count * inner));
    }

    /// <summary>The biases of W, and added to the first so many gates those of R.</summary>
    public float[] Bias(Operand?[] operands, int direction, int gates)
    {
        var start = new float[this.gates * Hidden];
        if (operands.At(3) is not { } biases) return start;
        var both = biases.Floats.Span.Slice(direction * 2 * start.Length, 2 * start.Length);
        for (var i = 0; i < start.Length; i++) start[i] = i < gates * Hidden ? both[i] + both[start.Length + i] : both[i];
        return start;
    }

    /// <summary>The biases of R for one gate; none where they are left out.</summary>
    public float[] RecurrentBias(Operand?[] operands, int direction, int gate) => operands.At(3) is { } biases
        ? biases.Floats.Span.Slice((direction * 2 * gates + gates + gate) * Hidden, Hidden).ToArray()
        : [];

    /// <summary>Bounds the arguments of activations where the layer says so.</summary>
    public void Clip(Span<float> values)
    {
        if (float.IsFinite(clip)) Elementwise.Clip(values, -clip, clip, values);
    }

    /// <summary>The layer of some cells: Y, the last hidden states, and the last cells where there are some.</summary>
    public Prepared Prepare(Func<Operand?[], int, ICell> make)
    {
        var weights = Enumerable.Range(1, site.Count - 1).Where(place => place is 1 or 2 or 3 or 7 && site.Has(place));
        (MatrixPlan<float, float>, ICell)[] Made(Operand?[] operands) => [.. isReverse.Select((_, direction) => (Matrix(operands[1]!, direction, 0, gates * Hidden), make(operands, direction)))];
        var known = weights.All(place => site.Known[place] is not null) ? Made(site.Known) : null;
        var (ofY, ofLast) = (new TensorType(type, y), new TensorType(type, last));
        return new(hasCells ? [ofY, ofLast, ofLast] : [ofY, ofLast], operands => Run(operands, known ?? Made(operands)));
    }

    private Operand[] Run(Operand?[] operands, (MatrixPlan<float, float> Input, ICell Cell)[] directions)
    {
        var (all, ends, cells) = (new float[y.Count], new float[last.Count], new float[hasCells ? last.Count : 0]);
        var lengths = operands.At(4) is { } given ? Lengths(given) : [.. Enumerable.Repeat(steps, Batch)];
        for (var direction = 0; direction < directions.Length && Batch > 0; direction++)
        {
            var (input, cell) = directions[direction];
            var x = new float[steps * Batch * gates * Hidden];
            input.Run(InOrder(operands[0]!.Floats.Span, direction, lengths), steps * Batch, inputs, cell.Start, x.AsSpan());
            var state = Walk(cell, x, direction, lengths, new(Initial(operands, 5, direction), Initial(operands, 6, direction)), all);
            for (var b = 0; b < Batch; b++)
            {
                state.H.AsSpan(b * Hidden, Hidden).CopyTo(ends.AsSpan(LastPlace(direction, b)));
                if (hasCells) state.C.AsSpan(b * Hidden, Hidden).CopyTo(cells.AsSpan(LastPlace(direction, b)));
            }
        }
        Operand Made(Shape shape, float[] values)
        {
            Nominal.Round(type, values);
            return Operand.Of(type, shape, Values.Freeze(values));
        }
        return hasCells ? [Made(y, all), Made(last, ends), Made(last, cells)] : [Made(y, all), Made(last, ends)];
    }

    /// <summary>Step by step; a sequence that has ended keeps its state.</summary>
    private State Walk(ICell cell, float[] x, int direction, int[] lengths, State state, float[] all)
    {
        var (width, next) = (Batch * gates * Hidden, new State(new float[state.H.Length], new float[state.C.Length]));
        for (var step = 0; step < steps; step++)
        {
            cell.Step(x.AsSpan(step * width, width), state, next);
            for (var b = 0; b < Batch; b++)
            {
                var start = b * Hidden;
                var h = next.H.AsSpan(start, Hidden);
                if (step < lengths[b])
                {
                    var time = isReverse[direction] ? lengths[b] - 1 - step : step;
                    h.CopyTo(all.AsSpan((isBatchFirst ? (b * steps + time) * Directions + direction : (time * Directions + direction) * Batch + b) * Hidden));
                }
                else
                {
                    state.H.AsSpan(start, Hidden).CopyTo(h);
                    if (hasCells) state.C.AsSpan(start, Hidden).CopyTo(next.C.AsSpan(start));
                }
            }
            (state, next) = (next, state);
        }
        return state;
    }

    /// <summary>The inputs as the steps take them: [steps, batch, inputs], each sequence from its first or last element on.</summary>
    private ReadOnlySpan<float> InOrder(ReadOnlySpan<float> x, int direction, int[] lengths)
    {
        if (!isReverse[direction] && !isBatchFirst) return x; // what lies behind a sequence's end is not looked at
        var ordered = new float[x.Length];
        for (var step = 0; step < steps; step++)
            for (var b = 0; b < Batch; b++)
            {
                if (step >= lengths[b]) continue;
                var time = isReverse[direction] ? lengths[b] - 1 - step : step;
                x.Slice((isBatchFirst ? b * steps + time : time * Batch + b) * inputs, inputs).CopyTo(ordered.AsSpan((step * Batch + b) * inputs));
            }
        return ordered;
    }

    private float[] Initial(Operand?[] operands, int place, int direction)
    {
        var state = new float[place == 6 && !hasCells ? 0 : Batch * Hidden];
        if (state.Length > 0 && operands.At(place) is { } given)
            for (var b = 0; b < Batch; b++) given.Floats.Span.Slice(LastPlace(direction, b), Hidden).CopyTo(state.AsSpan(b * Hidden));
        return state;
    }

    private int LastPlace(int direction, int b) => (isBatchFirst ? b * Directions + direction : direction * Batch + b) * Hidden;

    private int[] Lengths(Operand given)
    {
        foreach (var length in given.Integers)
            if (length < 0 || length > steps) throw site.Bad("sequence_lens", length.ToString(CultureInfo.InvariantCulture), $"0 to {steps}");
        return [.. given.Integers.AsEnumerable().Select(n => (int)n)];
    }
}
