using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>An operation on codes: what is left of a layer when every float has been decided. A closed union.</summary>
/// <param name="Inputs">The tensors read.</param>
/// <param name="Output">The tensor written.</param>
/// <param name="InputShape">The shape of one image of the first input.</param>
/// <param name="OutputShape">The shape of one image of the output.</param>
internal abstract record QOp(Values<string> Inputs, string Output, Shape InputShape, Shape OutputShape)
{
    /// <summary>The first input.</summary>
    public string Input => Inputs[0];

    /// <summary>A convolution or a linear layer (1×1 on a 1×1 image), with the requantizer that ends it.</summary>
    public sealed record Dot(string From, string To, Shape InputShape, Shape OutputShape, AffineParams InputParams, QTensor Weights, TensorParams WeightParams, Values<int> Bias, Window Window, int Groups, Requantizer Requantizer)
        : QOp([From], To, InputShape, OutputShape)
    {
        /// <summary>One input image as [C, H, W].</summary>
        public Shape InputImage => InputShape.Rank == 1 ? Shape.Of(InputShape[0], 1, 1) : InputShape;

        /// <summary>A linear layer on what was flattened, as the convolution over the whole image that it is.</summary>
        public Dot Over(Flatten flatten)
        {
            var image = flatten.InputShape;
            return new(flatten.From, To, image, OutputShape, InputParams, QTensor.Of(Shape.Of(Weights.Shape[0], image[0], image[1], image[2]), Weights.Codes), WeightParams, Bias, Window.Whole(image), Groups, Requantizer);
        }

        /// <summary>Whether every channel has one filter of its own.</summary>
        public bool IsDepthwise => Groups > 1 && Weights.Shape[0] == Groups && Weights.Shape[1] == 1;
    }

    /// <summary>The largest code under a window.</summary>
    public sealed record MaxPool(string From, string To, Shape InputShape, Shape OutputShape, Window Window)
        : QOp([From], To, InputShape, OutputShape);

    /// <summary>
    /// The sum of (x_q − z) under a window, requantized by 1/count: channel k − 1 of the requantizer serves the count k. Where there is a <paramref name="Mean"/>, a sum of reals instead.
    /// </summary>
    public sealed record AveragePool(string From, string To, Shape InputShape, Shape OutputShape, int InputZero, Window Window, bool CountPadding, Requantizer Requantizer, CodeMean? Mean)
        : QOp([From], To, InputShape, OutputShape);

    /// <summary>Another code for every code: entry q − <paramref name="Lowest"/> for the code q.</summary>
    public sealed record Table(string From, string To, Shape Shape, int Lowest, Values<int> Codes)
        : QOp([From], To, Shape, Shape);

    /// <summary>quantize(dequantize(a) + dequantize(b)) in float32, clamped to [Low, High]; where there is a <paramref name="Sum"/>, that instead.</summary>
    public sealed record Add(string A, string B, string To, Shape Shape, AffineRule Rule, AffineParams AParams, AffineParams BParams, AffineParams Result, int Low, int High, CodeSum? Sum)
        : QOp([A, B], To, Shape, Shape);

    /// <summary>The same codes, in C order, as one axis.</summary>
    public sealed record Flatten(string From, string To, Shape InputShape, Shape OutputShape)
        : QOp([From], To, InputShape, OutputShape);

    /// <summary>quantize(softmax(dequantize(x))) along the last axis, in float.</summary>
    public sealed record Softmax(string From, string To, Shape Shape, AffineRule Rule, AffineParams InputParams, AffineParams Result)
        : QOp([From], To, Shape, Shape);
}
