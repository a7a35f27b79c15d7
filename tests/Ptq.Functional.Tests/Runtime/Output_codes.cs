using System.Globalization;
using CsvHelper;
using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Experiments.Equality;
using Ptq.Experiments.Reports;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Ptq.Tests.Architecture;
using Xunit;
using Xunit.Abstractions;
using static Ptq.Tests.Expect;
using Codes = Ptq.Experiments.Equality.Codes;

namespace Ptq.Tests.Runtime;

/// <summary>The networks of experiments/models give the ONNX Runtime's codes; the table that says so is the one in the README.</summary>
public class Output_codes(ITestOutputHelper output)
{
    private const int Images = 1000;

    private static EqualityRow[] Committed
    {
        get
        {
            using var csv = new CsvReader(new StringReader(Repository.Read("experiments", "results", "equality.csv")), CultureInfo.InvariantCulture);
            csv.Read();
            csv.ReadHeader();
            var rows = new List<EqualityRow>();
            while (csv.Read())
                rows.Add(new(csv["model"]!, csv["weights"]!, csv["activations"]!, csv["form"]!, csv["optimization"]!, csv["options"]!, csv["engine"]!, csv.GetField<int>("images"), csv.GetField<int>("codes"),
                    csv.GetField<int>("different"), csv.GetField<long>("furthest"), csv.GetField<int>("classes"), csv["top1_runtime"]!, csv["top1_engine"]!, csv["note"]!));
            return [.. rows];
        }
    }

    [OnnxRuntimeTheory]
    [InlineData("lenet_mnist")]
    [InlineData("lenet_fashion")]
    [InlineData("resnet8_fashion")]
    [InlineData("mobile_fashion")]
    public void Are_the_runtimes(string model)
    {
        var compared = Right(EqualityRun.Execute([model], Images, [RuntimeSetting.All[0]], Environment.ProcessorCount, OnnxRuntime.Server, (_, _) => { }));
        foreach (var line in compared.PathLines) output.WriteLine(line);
        foreach (var algorithm in (ConvolutionAlgorithm[])[ConvolutionAlgorithm.Direct, ConvolutionAlgorithm.Direct8]) Assert.Contains((model, VectorWidth.Scalar, algorithm), compared.Paths);
        var rows = compared.Rows;
        foreach (var row in rows) output.WriteLine($"{row.Name}: {row.Different} of {row.Codes} codes differ, by at most {row.Furthest}. {row.Note}");
        Assert.Equal(16, rows.Count);
        Assert.All(rows, row => Assert.Equal(10 * Images, row.Codes));
        Assert.All(rows.Where(row => row.Engine == "integer" || row.Form == "QOperator"), row => Assert.Equal(0, row.Different));
        Assert.All(rows, row => Assert.True(row.Holds, row.Name));
    }

    [Fact]
    public void Of_all_images_are_committed()
    {
        var kinds =
            from model in Subject.Standard
            from weights in (string[])["per-tensor", "per-channel"]
            from activations in (string[])["u8", "s8"]
            from form in FileForm.All
            from setting in RuntimeSetting.All
            from engine in (string[])["integer", "network"]
            select (model, weights, activations, form.Name, setting.Optimization, setting.Options, engine, engine == "integer" ? 10_000 : EqualityRun.Fewer);
        Assert.Equal(kinds, Committed.Select(r => (r.Model, r.Weights, r.Activations, r.Form, r.Optimization, r.Options, r.Engine, r.Images)));
        Assert.All(Committed, row => Assert.Equal(10 * row.Images, row.Codes));
        Assert.All(Committed, row => Assert.True(row.Holds, row.Name));
    }

    [Fact]
    public void Stand_in_the_readme()
    {
        var page = Repository.Read("README.md");
        Assert.Equal(Right(Marked.Replace("README.md", page, "equality", EqualityTables.Summary(Committed))), page);
    }

    [Fact]
    public void Of_dequantized_numbers_are_exact_or_none()
    {
        var p = AffineParams.Create(0.1f, 3, Grid.Int8).Match(valid => valid, _ => throw new InvalidOperationException());
        float[] reals = [0, 0.1f, (float)(0.1f * 124.0), 0.10001f, 1000, float.NaN];
        Assert.Equal([3, 4, 127, Codes.None, Codes.None, Codes.None], Codes.Of(Shape.Of(1, 6), reals, p).Each.AsEnumerable());
    }

    [Fact]
    public void Of_a_path_that_differs_are_named()
    {
        Codes Of(params int[] codes) => new(Shape.Of(2, 3), Values.Of<int>(codes));
        var (usual, other) = (Of(1, 2, 3, 4, 5, 6), Of(1, 2, 3, 4, 9, 7));
        Assert.Same(usual, Answer.Agreed([("256 bits, Auto", usual), ("scalar, Direct", Of(1, 2, 3, 4, 5, 6))]).Codes);
        var answer = Answer.Agreed([("256 bits, Auto", usual), ("scalar, Direct", Of(1, 2, 3, 4, 5, 6)), ("scalar, Direct8", other)]);
        Assert.Null(answer.Codes);
        Assert.Equal("path scalar, Direct8: code 1 of image 1: saw 9, wanted 5 as on the path 256 bits, Auto", answer.Failure);
    }

    [Fact]
    public void Are_counted()
    {
        Codes Of(params int[] codes) => new(Shape.Of(2, 2), Values.Of<int>(codes));
        Assert.Equal((0, 0L), Of(1, 2, 3, 4).Against(Of(1, 2, 3, 4)));
        Assert.Equal((2, 5L), Of(1, 2, 3, 4).Against(Of(1, 7, 3, 5)));
        Assert.Equal((1, 1L + int.MaxValue), Of(1, 2, 3, 0).Against(Of(1, 2, 3, Codes.None)));
    }
}
