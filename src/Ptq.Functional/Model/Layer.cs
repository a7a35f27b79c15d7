using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>What a node computes: a closed union. A layer is plain data; <see cref="Graph.Create"/> checks that it fits.</summary>
public abstract record Layer
{
    private Layer() { }

    /// <summary>A convolution, [N, C, H, W] → [N, O, H', W'] (ONNX Conv; a cross-correlation).</summary>
    /// <param name="Weights">[O, C / Groups, kernel rows, kernel columns].</param>
    /// <param name="Bias">One an output channel.</param>
    /// <param name="Window">Kernel, strides, padding with zeros, dilations.</param>
    /// <param name="Groups">Divides C and O: output channels of a group see the input channels of that group only.</param>
    public sealed record Conv2d(Tensor Weights, Values<float> Bias, Window Window, int Groups = 1) : Layer;

    /// <summary>A fully connected layer, [N, K] → [N, O]: x · Wᵀ + b.</summary>
    /// <param name="Weights">[O, K].</param>
    /// <param name="Bias">One an output.</param>
    public sealed record Linear(Tensor Weights, Values<float> Bias) : Layer
    {
        /// <summary>The same sums as a 1×1 convolution over a 1×1 image with K channels.</summary>
        public Conv2d AsConv2d() => new(Weights.Reshape(Shape.Of(Weights.Shape[0], Weights.Shape[1], 1, 1)), Bias, Window.Square(1));
    }

    /// <summary>max(x, 0).</summary>
    public sealed record Relu : Layer;

    /// <summary>min(max(x, Min), Max).</summary>
    /// <param name="Min">The lower end, finite.</param>
    /// <param name="Max">The upper end, finite, at least Min.</param>
    public sealed record Clip(float Min, float Max) : Layer;

    /// <summary>The largest value under a window; padding never wins.</summary>
    /// <param name="Window">Kernel, strides, padding, dilations.</param>
    public sealed record MaxPool2d(Window Window) : Layer;

    /// <summary>The mean of the values under a window.</summary>
    /// <param name="Window">Kernel, strides, padding, dilations.</param>
    /// <param name="CountPadding">Whether padding counts as zeros (ONNX count_include_pad) or not at all.</param>
    public sealed record AveragePool2d(Window Window, bool CountPadding = false) : Layer;

    /// <summary>The mean of every channel, [N, C, H, W] → [N, C, 1, 1].</summary>
    public sealed record GlobalAveragePool : Layer;

    /// <summary>The sum of two tensors of one shape.</summary>
    public sealed record Add : Layer;

    /// <summary>[N, …] → [N, K], in C order.</summary>
    public sealed record Flatten : Layer;

    /// <summary>exp(x − max) / Σ exp(x − max) along the last axis.</summary>
    public sealed record Softmax : Layer;

    /// <summary>(x − Mean) / √(Variance + Epsilon) · Scale + Bias, channel by channel. <see cref="Folding"/> removes it.</summary>
    /// <param name="Scale">γ, one a channel.</param>
    /// <param name="Bias">β, one a channel.</param>
    /// <param name="Mean">The running mean, one a channel.</param>
    /// <param name="Variance">The running variance, one a channel, from 0.</param>
    /// <param name="Epsilon">Added to the variance, positive.</param>
    public sealed record BatchNorm(Values<float> Scale, Values<float> Bias, Values<float> Mean, Values<float> Variance, float Epsilon = 1e-5f) : Layer;

    /// <summary>Whether the output of the quantized layer is made of the input's codes; else it has codes of its own.</summary>
    public bool KeepsCodes => this switch
    {
        Relu or Clip or MaxPool2d or Flatten => true,
        Conv2d or Linear or Add or AveragePool2d or GlobalAveragePool or Softmax or BatchNorm => false,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>How many inputs a node of this layer has.</summary>
    public int Arity => this is Add ? 2 : 1;

    /// <summary>The weight tensor of the layers that have one.</summary>
    public Tensor? WeightTensor => this switch
    {
        Conv2d c => c.Weights,
        Linear l => l.Weights,
        _ => null,
    };

    /// <summary>The biases of the layers with weights; none of the others.</summary>
    public Values<float> Biases => this switch
    {
        Conv2d c => c.Bias,
        Linear l => l.Bias,
        _ => [],
    };

    /// <summary>How many numbers the layer has learnt.</summary>
    public int Parameters => this switch
    {
        Conv2d c => c.Weights.Shape.Count + c.Bias.Length,
        Linear l => l.Weights.Shape.Count + l.Bias.Length,
        BatchNorm b => 4 * b.Scale.Length,
        _ => 0,
    };
}
