using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Training;

/// <summary>
/// Trains LeNet-lite as the thesis did: He-uniform weights (He et al., "Delving Deep into Rectifiers", 2015; bound √(6/fan-in)),
/// zero biases, convolutions frozen, one epoch of stochastic gradient descent on the cross-entropy for the two linear layers.
/// All of it in double and in one order, rounded to float32 at the end: the same bits on every machine.
/// </summary>
internal static class BaselineTrainer
{
    private const double LearningRate = 0.05;
    private const int Batch = 64;

    /// <summary>How many images the frozen convolutions see at once.</summary>
    private const int Chunk = 1000;

    /// <summary>The weights before training: every tensor from a stream of its own.</summary>
    public static ByName<Tensor> Initial(Rng rng) => LeNetLite.Shapes.Map((name, shape) =>
    {
        var values = new double[shape.Count];
        if (shape.Rank > 1)
        {
            var bound = Math.Sqrt(6.0 / shape.Stride(0));
            rng.Fork((uint)LeNetLite.Shapes.Names.Span.IndexOf(name)).FillUniform(values, -bound, bound);
        }
        return Tensor.Of(shape, Values.From(values.Select(x => (float)x)));
    });

    /// <summary>One epoch.</summary>
    /// <param name="examples">The training images.</param>
    /// <param name="seed">Fork 0 makes the weights, fork 1 the order of the images.</param>
    /// <param name="threads">For the convolutions; the result does not depend on it.</param>
    /// <param name="progress">Told the name of every stage and the share of it that is done.</param>
    public static ByName<Tensor> Train(LabelledImages examples, Rng seed, int threads, Action<string, double> progress)
    {
        var weights = Initial(seed.Fork(0));
        var features = Features(examples.Images, weights, threads, progress);
        var order = seed.Fork(1).Permutation(examples.Count).Value;

        var hidden = DenseLayer.From(weights["fc1.W"]);
        var output = DenseLayer.From(weights["fc2.W"]);
        for (var start = 0; start < order.Length; start += Batch)
        {
            var batch = order.Span.Slice(start, Math.Min(Batch, order.Length - start));
            foreach (var example in batch) Learn(features.Data.Span.Slice(example * hidden.Inputs, hidden.Inputs), examples.Labels[example], hidden, output);
            hidden.Descend(LearningRate / batch.Length);
            output.Descend(LearningRate / batch.Length);
            progress("Training the linear layers", (double)(start + batch.Length) / order.Length);
        }
        return weights.With("fc1.W", hidden.Weights).With("fc1.b", hidden.Biases).With("fc2.W", output.Weights).With("fc2.b", output.Biases);
    }

    /// <summary>What the frozen convolutions make of the images: [N, 256].</summary>
    private static Tensor Features(Tensor images, ByName<Tensor> weights, int threads, Action<string, double> progress)
    {
        var engine = FloatEngine.Compile(LeNetLite.Create("initial weights", weights).IfLeft(error => throw new InvalidOperationException(error.Describe())), FloatArithmetic.Float64);
        var count = images.Shape[0];
        var parts = new List<Tensor>();
        for (var start = 0; start < count; start += Chunk)
        {
            parts.Add(engine.Trace(images.Rows(start, Math.Min(Chunk, count - start)), ["flat"], threads)["flat"]);
            progress("Frozen convolutions", (double)Math.Min(start + Chunk, count) / count);
        }
        return Tensor.Concat(parts);
    }

    /// <summary>Adds the gradient of −log softmax(output)[label].</summary>
    private static void Learn(ReadOnlySpan<float> features, int label, DenseLayer hidden, DenseLayer output)
    {
        var x = new double[features.Length];
        for (var i = 0; i < x.Length; i++) x[i] = features[i];
        var h = hidden.Forward(x);
        for (var i = 0; i < h.Length; i++) h[i] = Math.Max(h[i], 0);

        var delta = Softmax(output.Forward(h));
        delta[label] -= 1;
        var back = output.InputGradient(delta);
        for (var i = 0; i < back.Length; i++) back[i] = h[i] > 0 ? back[i] : 0;
        output.Accumulate(h, delta);
        hidden.Accumulate(x, back);
    }

    private static double[] Softmax(double[] logits)
    {
        var max = logits.Max();
        var powers = Array.ConvertAll(logits, x => Elementary.Exp(x - max));
        var sum = 0.0;
        foreach (var power in powers) sum += power;
        return Array.ConvertAll(powers, p => p / sum);
    }
}
