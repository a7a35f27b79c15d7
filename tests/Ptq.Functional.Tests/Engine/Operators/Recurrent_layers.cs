using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Engine.Operators.BesideTheRuntime;
using static Ptq.Tests.Engine.Operators.OneOperation;

namespace Ptq.Tests.Engine.Operators;

/// <summary>RNN, GRU and LSTM beside the ONNX Runtime, and where it has no opinion, beside themselves.</summary>
public class Recurrent_layers
{
    private const int Steps = 7, Batch = 3, Inputs = 5, Hidden = 9;

    [OnnxRuntimeTheory]
    [InlineData("RNN", "forward", "")]
    [InlineData("RNN", "bidirectional", "bias lengths state")]
    [InlineData("RNN", "reverse", "bias lengths clip")]
    [InlineData("RNN", "bidirectional", "bias", "Relu,Sigmoid")]
    [InlineData("RNN", "forward", "bias", "Affine", 0.5f, 0.25f)]
    [InlineData("RNN", "forward", "bias", "ScaledTanh", 1.5f, 0.75f)]
    [InlineData("RNN", "bidirectional", "bias", "ThresholdedRelu,LeakyRelu", 0.25f, 0f)]
    [InlineData("RNN", "bidirectional", "bias", "Softsign,Softplus")]
    [InlineData("RNN", "bidirectional", "bias", "Elu,HardSigmoid", 0.75f, 0.4f)]
    [InlineData("GRU", "forward", "")]
    [InlineData("GRU", "bidirectional", "bias lengths state")]
    [InlineData("GRU", "reverse", "bias lengths state late")]
    [InlineData("GRU", "bidirectional", "bias late clip")]
    [InlineData("GRU", "forward", "bias", "HardSigmoid,Softsign")]
    [InlineData("LSTM", "forward", "")]
    [InlineData("LSTM", "bidirectional", "bias lengths state peepholes")]
    [InlineData("LSTM", "reverse", "bias lengths state coupled")]
    [InlineData("LSTM", "forward", "bias peepholes clip")]
    [InlineData("LSTM", "bidirectional", "bias clip")]
    [InlineData("LSTM", "forward", "bias", "HardSigmoid,Relu,Tanh")]
    public void Compute_what_the_runtime_computes(string op, string direction, string with, string activations = "", float alpha = 0, float beta = 0)
    {
        var attributes = new List<(string, AttributeValue)> { ("hidden_size", new AttributeValue.Whole(Hidden)), ("direction", new AttributeValue.Text(direction)) };
        if (with.Contains("clip", StringComparison.Ordinal)) attributes.Add(("clip", new AttributeValue.Real(0.4f)));
        if (with.Contains("coupled", StringComparison.Ordinal)) attributes.Add(("input_forget", new AttributeValue.Whole(1)));
        if (with.Contains("late", StringComparison.Ordinal)) attributes.Add(("linear_before_reset", new AttributeValue.Whole(1)));
        if (activations.Length > 0) attributes.Add(("activations", new AttributeValue.Texts(Values.Of<string>(activations.Split(',')))));
        if (alpha != 0) attributes.Add(("activation_alpha", new AttributeValue.Reals([.. activations.Split(',').Where(name => name is not ("Softsign" or "Softplus")).Select((_, i) => i == 0 ? alpha : 0.1f)])));
        if (beta != 0) attributes.Add(("activation_beta", new AttributeValue.Reals([beta])));
        Agree(14, op, [.. attributes], op == "LSTM" ? 3 : 2, 1e-5, Operands(op, direction == "bidirectional" ? 2 : 1, with));
    }

    [Theory]
    [InlineData("RNN")]
    [InlineData("GRU")]
    [InlineData("LSTM")]
    public void Take_the_batch_first_where_the_layout_says_so(string op)
    {
        var (timeFirst, (x, w, r, b)) = (Operands(op, 1, "bias"), Weights(op, 1));
        var plain = Run(op, timeFirst);
        var turned = Run(op, [("layout", new AttributeValue.Whole(1))], Run("Transpose", Permuted(1, 0, 2), x), w, r, b);
        Assert.Equal(plain, Run("Transpose", Permuted(1, 2, 0, 3), turned)); // [batch, steps, directions, hidden]
    }

    [Theory]
    [InlineData("GRU", "hidden_size", 8, "hidden_size: saw 8, wanted 9")]
    [InlineData("GRU", "layout", 2, "layout: saw 2, wanted 0 to 1")]
    public void Refuse_what_does_not_fit(string op, string attribute, long value, string seen) =>
        Assert.Contains(seen, Refusal(op, [(attribute, new AttributeValue.Whole(value))], Operands(op, 1, "")), StringComparison.Ordinal);

    [Fact]
    public void Refuse_lengths_beyond_the_sequences()
    {
        var operands = Operands("RNN", 1, "");
        Assert.Contains("sequence_lens: saw 8, wanted 0 to 7", Refusal("RNN", [], [.. operands[..4], Integers(ElementType.Int32, 7, 8, 0)]), StringComparison.Ordinal);
        Assert.Contains("sequence_lens: saw -1", Refusal("RNN", [], [.. operands[..4], Integers(ElementType.Int32, 7, -1, 0)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_activations_that_do_not_exist() =>
        Assert.Contains("activations: saw Swish", Refusal("RNN", [("activations", new AttributeValue.Texts(["Swish"]))], Operands("RNN", 1, "")), StringComparison.Ordinal);

    private static (string, AttributeValue)[] Permuted(params long[] axes) => [("perm", new AttributeValue.Wholes(Values.Of<long>(axes)))];

    private static (Operand X, Operand W, Operand R, Operand B) Weights(string op, int directions)
    {
        var gates = op switch { "RNN" => 1, "GRU" => 3, _ => 4 };
        return (Noise(1, 1, Steps, Batch, Inputs), Noise(2, 0.7, directions, gates * Hidden, Inputs), Noise(3, 0.5, directions, gates * Hidden, Hidden), Noise(4, 0.3, directions, 2 * gates * Hidden));
    }

    private static Operand?[] Operands(string op, int directions, string with)
    {
        bool Has(string what) => with.Contains(what, StringComparison.Ordinal);
        var (x, w, r, b) = Weights(op, directions);
        var lengths = Has("lengths") ? Integers(ElementType.Int32, 4, 7, 1) : null;
        Operand?[] all = [x, w, r, Has("bias") ? b : null, lengths, Has("state") ? Noise(5, 1, directions, Batch, Hidden) : null];
        return op == "LSTM" ? [.. all, Has("state") ? Noise(6, 1, directions, Batch, Hidden) : null, Has("peepholes") ? Noise(7, 0.5, directions, 3 * Hidden) : null] : all;
    }
}
