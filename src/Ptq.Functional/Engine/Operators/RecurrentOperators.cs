using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Recurrent layers. Inputs beside those that all share (<see cref="Recurrence"/>): an LSTM takes initial cells (6) and peepholes (7).</summary>
internal static class RecurrentOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("GRU", Gru),
        ("LSTM", Lstm),
        ("RNN", Rnn),
    ];

    private static Prepared Rnn(Site site)
    {
        var layer = new Recurrence(site, gates: 1, hasCells: false);
        var activations = Activations.Of(site, layer.Directions, ["Tanh"]);
        return layer.Prepare((inputs, direction) => new RnnCell(layer, inputs, direction, activations[direction]));
    }

    private static Prepared Gru(Site site)
    {
        var layer = new Recurrence(site, gates: 3, hasCells: false);
        var (activations, resetsLast) = (Activations.Of(site, layer.Directions, ["Sigmoid", "Tanh"]), site.Flag("linear_before_reset"));
        return layer.Prepare((inputs, direction) => new GruCell(layer, inputs, direction, activations[direction], resetsLast));
    }

    private static Prepared Lstm(Site site)
    {
        var layer = new Recurrence(site, gates: 4, hasCells: true);
        var (activations, isCoupled) = (Activations.Of(site, layer.Directions, ["Sigmoid", "Tanh", "Tanh"]), site.Flag("input_forget"));
        layer.Check(7, "peepholes", layer.Directions, 3 * layer.Hidden);
        return layer.Prepare((inputs, direction) => new LstmCell(layer, inputs, direction, activations[direction], isCoupled));
    }

    /// <summary>H' = f(x + H·Rᵀ).</summary>
    private sealed class RnnCell(Recurrence layer, Operand?[] inputs, int direction, Activation[] activations) : ICell
    {
        private readonly MatrixPlan<float, float> recurrence = Recurrence.Matrix(inputs[2]!, direction, 0, layer.Hidden);

        public float[] Start { get; } = layer.Bias(inputs, direction, gates: 1);

        public void Step(Span<float> x, State before, State after)
        {
            recurrence.Run(before.H, layer.Batch, layer.Hidden, [], after.H.AsSpan());
            Rows.Arithmetic<Arithmetic.Add, float>.Run(x, after.H, after.H);
            layer.Clip(after.H);
            activations[0](after.H, after.H);
        }
    }

    /// <summary>
    /// Gates z, r, h: z = f(x_z + H·R_zᵀ), r = f(x_r + H·R_rᵀ), h = g(x_h + (r ⊙ H)·R_hᵀ), or g(x_h + r ⊙ (H·R_hᵀ + b_h)) where the
    /// reset comes last; H' = (1 − z) ⊙ h + z ⊙ H.
    /// </summary>
    private sealed class GruCell(Recurrence layer, Operand?[] inputs, int direction, Activation[] activations, bool resetsLast) : ICell
    {
        private readonly MatrixPlan<float, float> gates = Recurrence.Matrix(inputs[2]!, direction, 0, 2 * layer.Hidden);
        private readonly MatrixPlan<float, float> candidate = Recurrence.Matrix(inputs[2]!, direction, 2 * layer.Hidden, layer.Hidden);
        private readonly float[] candidateBias = resetsLast ? layer.RecurrentBias(inputs, direction, gate: 2) : [];

        public float[] Start { get; } = layer.Bias(inputs, direction, gates: resetsLast ? 2 : 3);

        public void Step(Span<float> x, State before, State after)
        {
            var (batch, hidden) = (layer.Batch, layer.Hidden);
            var (sums, reset) = (new float[batch * 2 * hidden], new float[batch * hidden]);
            gates.Run(before.H, batch, hidden, [], sums.AsSpan());
            for (var b = 0; b < batch; b++)
            {
                var both = x.Slice(b * 3 * hidden, 2 * hidden);
                Rows.Arithmetic<Arithmetic.Add, float>.Run(both, sums.AsSpan(b * 2 * hidden, 2 * hidden), both);
                layer.Clip(both);
                activations[0](both, both);
            }

            if (resetsLast) candidate.Run(before.H, batch, hidden, candidateBias, reset.AsSpan());
            else before.H.CopyTo(reset, 0);
            for (var b = 0; b < batch; b++)
            {
                var row = reset.AsSpan(b * hidden, hidden);
                Rows.Arithmetic<Arithmetic.Multiply, float>.Run(row, x.Slice((b * 3 + 1) * hidden, hidden), row);
            }
            if (!resetsLast) candidate.Run((float[])reset.Clone(), batch, hidden, [], reset.AsSpan());
            for (var b = 0; b < batch; b++)
            {
                var z = x.Slice(b * 3 * hidden, hidden);
                var h = x.Slice((b * 3 + 2) * hidden, hidden);
                Rows.Arithmetic<Arithmetic.Add, float>.Run(h, reset.AsSpan(b * hidden, hidden), h);
                layer.Clip(h);
                activations[1](h, h);
                for (var i = 0; i < hidden; i++) after.H[b * hidden + i] = (1 - z[i]) * h[i] + z[i] * before.H[b * hidden + i];
            }
        }
    }

    /// <summary>
    /// Gates i, o, f, c with peepholes P: i = f(x_i + H·R_iᵀ + P_i ⊙ C), f likewise (or 1 − i where they are coupled), c = g(x_c + H·R_cᵀ),
    /// C' = f ⊙ C + i ⊙ c, o = f(x_o + H·R_oᵀ + P_o ⊙ C'), H' = o ⊙ h(C').
    /// </summary>
    private sealed class LstmCell(Recurrence layer, Operand?[] inputs, int direction, Activation[] activations, bool isCoupled) : ICell
    {
        private readonly MatrixPlan<float, float> recurrence = Recurrence.Matrix(inputs[2]!, direction, 0, 4 * layer.Hidden);
        private readonly float[] peepholes = inputs.At(7) is { } p ? p.Floats.Span.Slice(direction * 3 * layer.Hidden, 3 * layer.Hidden).ToArray() : [];

        public float[] Start { get; } = layer.Bias(inputs, direction, gates: 4);

        public void Step(Span<float> x, State before, State after)
        {
            var (hidden, sums) = (layer.Hidden, new float[x.Length]);
            recurrence.Run(before.H, layer.Batch, hidden, [], sums.AsSpan());
            Rows.Arithmetic<Arithmetic.Add, float>.Run(x, sums, x);
            for (var b = 0; b < layer.Batch; b++)
            {
                var gates = x.Slice(b * 4 * hidden, 4 * hidden);
                var input = gates[..hidden];
                var output = gates.Slice(hidden, hidden);
                var forget = gates.Slice(2 * hidden, hidden);
                var candidate = gates[(3 * hidden)..];
                var cell = before.C.AsSpan(b * hidden, hidden);
                var next = after.C.AsSpan(b * hidden, hidden);
                Peep(0, cell, input);
                Open(input, activations[0]);
                if (isCoupled)
                    for (var i = 0; i < hidden; i++) forget[i] = 1 - input[i];
                else
                {
                    Peep(2, cell, forget);
                    Open(forget, activations[0]);
                }
                Open(candidate, activations[1]);
                for (var i = 0; i < hidden; i++) next[i] = forget[i] * cell[i] + input[i] * candidate[i];
                Peep(1, next, output);
                Open(output, activations[0]);
                var h = after.H.AsSpan(b * hidden, hidden);
                activations[2](next, h);
                Rows.Arithmetic<Arithmetic.Multiply, float>.Run(h, output, h);
            }
        }

        private void Open(Span<float> gate, Activation activation)
        {
            layer.Clip(gate);
            activation(gate, gate);
        }

        private void Peep(int gate, ReadOnlySpan<float> cell, Span<float> sums)
        {
            for (var i = 0; i < sums.Length && peepholes.Length > 0; i++) sums[i] += peepholes[gate * sums.Length + i] * cell[i];
        }
    }
}
