using System.Numerics;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Training;

/// <summary>
/// A linear layer while it learns. Weights lie input by input, so that vectors run across outputs and every sum keeps the
/// order of its index; products and sums are rounded apart, so that vectors of any width agree.
/// </summary>
internal sealed class DenseLayer
{
    private readonly double[] weights; // [input][output]
    private readonly double[] biases;
    private readonly double[] weightGradients;
    private readonly double[] biasGradients;

    private DenseLayer(int inputs, int outputs)
    {
        (Inputs, Outputs) = (inputs, outputs);
        (weights, weightGradients) = (new double[inputs * outputs], new double[inputs * outputs]);
        (biases, biasGradients) = (new double[outputs], new double[outputs]);
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>[outputs, inputs], rounded to float32.</summary>
    public Tensor Weights => Tensor.Of(Shape.Of(Outputs, Inputs), Values.From(
        from o in Enumerable.Range(0, Outputs) from i in Enumerable.Range(0, Inputs) select (float)weights[i * Outputs + o]));

    /// <summary>[outputs], rounded to float32.</summary>
    public Tensor Biases => Tensor.Of(Shape.Of(Outputs), Values.From(biases.Select(b => (float)b)));

    /// <summary>A layer with these weights [outputs, inputs] and no bias.</summary>
    public static DenseLayer From(Tensor weights)
    {
        var layer = new DenseLayer(weights.Shape[1], weights.Shape[0]);
        for (var o = 0; o < layer.Outputs; o++)
            for (var i = 0; i < layer.Inputs; i++) layer.weights[i * layer.Outputs + o] = weights.Data[o * layer.Inputs + i];
        return layer;
    }

    /// <summary>b + W·x.</summary>
    public double[] Forward(double[] x)
    {
        var y = (double[])biases.Clone();
        for (var i = 0; i < Inputs; i++) AddScaled(x[i], weights.AsSpan(i * Outputs, Outputs), y);
        return y;
    }

    /// <summary>Adds the gradients of an example with input x and output gradient <paramref name="delta"/>.</summary>
    public void Accumulate(double[] x, double[] delta)
    {
        AddScaled(1, delta, biasGradients);
        for (var i = 0; i < Inputs; i++) AddScaled(x[i], delta, weightGradients.AsSpan(i * Outputs, Outputs));
    }

    /// <summary>Wᵀ·delta: the gradient of the input.</summary>
    public double[] InputGradient(double[] delta)
    {
        var gradient = new double[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            var row = weights.AsSpan(i * Outputs, Outputs);
            for (var o = 0; o < row.Length; o++) gradient[i] += row[o] * delta[o];
        }
        return gradient;
    }

    /// <summary>A step against the gradients, which are then forgotten.</summary>
    public void Descend(double rate)
    {
        AddScaled(-rate, weightGradients, weights);
        AddScaled(-rate, biasGradients, biases);
        Array.Clear(weightGradients);
        Array.Clear(biasGradients);
    }

    /// <summary>y += a·x.</summary>
    private static void AddScaled(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        if (a == 0) return; // half of all inputs come out of a ReLU
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= x.Length - Vector<double>.Count; i += Vector<double>.Count)
                (new Vector<double>(y[i..]) + a * new Vector<double>(x[i..])).CopyTo(y[i..]);
        for (; i < x.Length; i++) y[i] += a * x[i];
    }
}
