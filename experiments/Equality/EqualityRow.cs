using System.Globalization;
using CsvHelper.Configuration.Attributes;
using Ptq.Evaluation;
using Ptq.Numerics;

namespace Ptq.Experiments.Equality;

/// <summary>A line of equality.csv: the output codes of a file in the ONNX Runtime against those of an engine here.</summary>
/// <param name="Model">The network.</param>
/// <param name="Weights">per-channel or per-tensor.</param>
/// <param name="Activations">u8 or s8.</param>
/// <param name="Form">What the file is written as.</param>
/// <param name="Optimization">How far the runtime might rewrite it.</param>
/// <param name="Options">exact, or the runtime's default session options.</param>
/// <param name="Engine">integer: the quantized graph on integers; network: the same file, run here.</param>
/// <param name="Images">The images; the network engine sees only the first <see cref="EqualityRun.Fewer"/>.</param>
/// <param name="Codes">The codes that were compared; 0 where one side did not run.</param>
/// <param name="Different">Those that differ.</param>
/// <param name="Furthest">The largest difference.</param>
/// <param name="Classes">The images whose class differs.</param>
/// <param name="Theirs">Top-1 of the runtime, in percent.</param>
/// <param name="Ours">Top-1 here, in percent.</param>
/// <param name="Note">Why codes differ, or why one side did not run.</param>
internal sealed record EqualityRow(
    [property: Name("model")] string Model, [property: Name("weights")] string Weights, [property: Name("activations")] string Activations,
    [property: Name("form")] string Form, [property: Name("optimization")] string Optimization, [property: Name("options")] string Options, [property: Name("engine")] string Engine,
    [property: Name("images")] int Images, [property: Name("codes")] int Codes, [property: Name("different")] int Different, [property: Name("furthest")] long Furthest,
    [property: Name("classes")] int Classes, [property: Name("top1_runtime")] string Theirs, [property: Name("top1_engine")] string Ours, [property: Name("note")] string Note)
{
    /// <summary>Whether the row is what it should be: equal, or different for a known reason and not by more than it explains.</summary>
    [Ignore]
    public bool Holds => Codes > 0 && Explanation.Of(this) is var known && Different <= known.Most * Codes && Furthest <= known.Furthest;

    /// <summary>What it is a row of.</summary>
    [Ignore]
    public string Name => $"{Model}, {Weights}, {Activations}: {Form}, optimization {Optimization}, {Options} options, against the {Engine} engine";

    /// <summary>Compares two sides, of which either may have failed, on the images that both saw.</summary>
    public static EqualityRow Of(Subject subject, FileForm form, RuntimeSetting setting, string engine, Answer theirs, Answer ours)
    {
        var images = ours.Codes?.Shape[0] ?? subject.Test.Count;
        var row = new EqualityRow(subject.Model, subject.Weights, subject.Activations, form.Name, setting.Optimization, setting.Options, engine, images, 0, 0, 0, 0, "", "", "");
        if ((theirs.Codes?.First(images), ours.Codes) is not ({ } a, { } b)) return row with { Note = $"not run: {theirs.Failure ?? ours.Failure}" };

        var (different, furthest) = b.Against(a);
        var (there, here, labels) = (a.Classes, b.Classes, Values.Of(subject.Test.Labels.Span[..images]));
        return row with
        {
            Codes = b.Each.Length, Different = different, Furthest = furthest, Classes = Enumerable.Range(0, images).Count(i => there[i] != here[i]),
            Theirs = Percent(labels, there), Ours = Percent(labels, here), Note = different > 0 ? Explanation.Of(row).Why : "",
        };
    }

    private static string Percent(Values<int> labels, Values<int> classes) => Accuracy.Percent(labels, classes).ToString("0.00", CultureInfo.InvariantCulture);
}
