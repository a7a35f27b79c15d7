using System.Text;
using LanguageExt;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Evaluation;
using Ptq.Experiments.Data;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Cli;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>The ONNX Runtime is reached, and agrees with the float engine on the networks of experiments/models.</summary>
public class The_ONNX_Runtime
{
    private static readonly string Models = Path.Combine(AppContext.BaseDirectory, "models");

    [OnnxRuntimeTheory]
    [InlineData("lenet_mnist", "mnist", "all")]
    [InlineData("lenet_fashion", "fashion", "all")]
    [InlineData("lenet_fashion", "fashion", "disabled")]
    [InlineData("lenet_fashion_skew", "fashion", "all")]
    [InlineData("resnet8_fashion", "fashion", "all")]
    [InlineData("resnet8_fashion_bn", "fashion", "all")]
    [InlineData("mobile_fashion", "fashion", "all")]
    [InlineData("mobile_fashion_bn", "fashion", "all")]
    public void Agrees_with_the_float_engine(string model, string dataset, string optimization)
    {
        var images = TestImages(dataset, 100);
        var path = Path.Combine(Models, $"{model}.onnx");
        var own = FloatEngine.Compile(Right(OnnxFile.Read(model, File.ReadAllBytes(path)).Bind(ImageGraph.Of))).Run(images, Environment.ProcessorCount);
        var other = Right(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images)], optimization))["logits"].ToTensor();
        Assert.Equal(own.Shape, other.Shape);
        Assert.Equal(Accuracy.Predict(own), Accuracy.Predict(other));
        Assert.All(own.Data.AsEnumerable().Zip(other.Data.AsEnumerable(), (a, b) => Math.Abs(a - b)), difference => Assert.InRange(difference, 0, 1e-4f));
    }

    [OnnxRuntimeFact]
    public void Runs_a_data_set_in_batches()
    {
        var images = TestImages("fashion", 100);
        var model = File.ReadAllBytes(Path.Combine(Models, "lenet_fashion.onnx"));
        var whole = Right(OnnxRuntime.Run(model, [RuntimeTensor.From("input", images)]));
        var parts = Right(OnnxRuntime.RunAll(model, [.. Enumerable.Range(0, 4).Select(i => (IReadOnlyList<RuntimeTensor>)[RuntimeTensor.From("input", images.Rows(25 * i, 25))])]));
        Assert.Equal(whole["logits"].ToTensor(), Tensor.Concat([.. parts.Select(outputs => outputs["logits"].ToTensor())]));
    }

    [OnnxRuntimeTheory]
    [InlineData(1, "float", 4)]
    [InlineData(2, "uint8", 1)]
    [InlineData(3, "int8", 1)]
    [InlineData(4, "uint16", 2)]
    [InlineData(5, "int16", 2)]
    [InlineData(6, "int32", 4)]
    [InlineData(7, "int64", 8)]
    [InlineData(9, "bool", 1)]
    [InlineData(10, "float16", 2)]
    [InlineData(11, "double", 8)]
    [InlineData(12, "uint32", 4)]
    [InlineData(13, "uint64", 8)]
    public void Takes_and_gives_tensors_of_every_type_and_rank(int number, string type, int size)
    {
        foreach (var shape in (Shape[])[Shape.Of(2, 3), Shape.Of(1, 1, 1, 1, 5), Shape.Of(), Shape.Of(0, 3)])
        {
            RuntimeTensor Tensor(string name) => RuntimeTensor.FromBytes(name, type, shape, [.. Enumerable.Range(0, size * shape.Count).Select(i => (byte)(type == "bool" ? i & 1 : 255 - i))]);
            Assert.Equal(Tensor("y"), Right(OnnxRuntime.Run(Identity(number), [Tensor("x")]))["y"]);
        }
    }

    [OnnxRuntimeFact]
    public void Answers_what_is_no_model_with_its_own_message() =>
        Assert.Contains("Protobuf parsing failed", Failure(OnnxRuntime.Run(Encoding.UTF8.GetBytes("This is no model."), [])), StringComparison.Ordinal);

    [OnnxRuntimeFact]
    public void Answers_what_does_not_fit_with_its_own_message()
    {
        var path = Path.Combine(Models, "lenet_fashion.onnx");
        var images = TestImages("fashion", 1);
        Assert.Contains("File doesn't exist", Failure(OnnxRuntime.Run(Path.Combine(Models, "none.onnx"), [])), StringComparison.Ordinal);
        Assert.Contains("input 'input' is missing", Failure(OnnxRuntime.Run(path, [])), StringComparison.Ordinal);
        Assert.Contains("Unexpected input data type", Failure(OnnxRuntime.Run(path, [RuntimeTensor.Of("input", images.Shape, new byte[784])])), StringComparison.Ordinal);
        Assert.Contains("Got: 14 Expected: 28", Failure(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images.Reshape(Shape.Of(1, 1, 14, 56)))])), StringComparison.Ordinal);
        Assert.Contains("not supported: most", Failure(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images)], "most")), StringComparison.Ordinal);
        Assert.True(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images)]).IsRight);
    }

    [OnnxRuntimeFact]
    public void Serves_many_tests_at_once()
    {
        var images = TestImages("fashion", 8);
        var path = Path.Combine(Models, "lenet_fashion.onnx");
        var alone = Right(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images)]))["logits"].ToTensor();
        Parallel.For(0, 8, i => Assert.Equal(alone.Rows(i, 1), Right(OnnxRuntime.Run(path, [RuntimeTensor.From("input", images.Rows(i, 1))]))["logits"].ToTensor()));
    }

    [OnnxRuntimeFact]
    public void Says_how_its_process_ended()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["crash.mjs"], "process.stdin.once('data', () => { console.log('a line of a library'); console.error('why'); process.exit(7); });");
        using var process = RuntimeProcess.Start(scratch["crash.mjs"]);
        Assert.Equal("The ONNX Runtime's process ended with exit code 7. why", Failure(process.Run("any.onnx", [[]], "all")));
        Assert.True(process.HasEnded);
        Assert.Contains("exit code 7", Failure(process.Run("any.onnx", [[]], "all")), StringComparison.Ordinal);
    }

    /// <summary>A model of IR 8 and opset 13 that copies x to y, tensors of an element type and any shape.</summary>
    private static byte[] Identity(int type)
    {
        byte[] Number(int field, int value) => [(byte)(field << 3), (byte)value];
        byte[] Bytes(int field, params byte[] bytes) => [(byte)(field << 3 | 2), (byte)bytes.Length, .. bytes];
        byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));
        byte[] Value(int field, string name) => Bytes(field, [.. Text(1, name), .. Bytes(2, Bytes(1, Number(1, type)))]);
        var node = Bytes(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Identity")]);
        return [.. Number(1, 8), .. Bytes(7, [.. node, .. Text(2, "identity"), .. Value(11, "x"), .. Value(12, "y")]), .. Bytes(8, Number(2, 13))];
    }

    private static Tensor TestImages(string dataset, int count) => Right(Embedded.Read(Path.Combine(AppContext.BaseDirectory, "data"), dataset, "test")).ToFloats().First(count).Images;

    private static string Failure<T>(Either<RuntimeFailure, T> either) => either.Match(Right: _ => "It ran.", Left: failure => failure.Message);
}
