using System.Globalization;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Options;

/// <summary>Which data a command runs a network on, and how.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Scaling">What becomes of numbers on their way in; none where they go in as they are.</param>
/// <param name="Most">At most so many samples, the first ones; none: all.</param>
/// <param name="Threads">At most so many threads.</param>
internal sealed record DataRequest(string Path, Option<InputScaling> Scaling, Option<int> Most, int Threads)
{
    /// <summary>The samples, as the network takes them.</summary>
    public Either<PtqError, Samples> Open(Network network) => Scaling.IsSome && !network.Inputs.AsEnumerable().Any(p => p.Type.IsFloat)
        ? new PtqError.BadRequest("--input-scale, --input-mean", $"inputs {string.Join(", ", network.Inputs.AsEnumerable().Select(p => $"{Quoted.Text(p.Name)} ({p})"))}", "a floating-point input to apply them to")
        : Samples.Open(Path, network.Inputs, Scaling.IfNone(InputScaling.None)).Map(samples => Most.Match(samples.First, () => samples));
}

/// <summary>The settings that say which data a command runs a network on.</summary>
internal sealed class DataSettings
{
    private readonly Setting data, scale, mean, samples, threads;

    /// <param name="name">The name of the option with the data.</param>
    /// <param name="what">What they are for.</param>
    public DataSettings(string name, string what)
    {
        data = Setting.Text(name, "DATA", $"{what}: an NPY, NPZ or IDX(.gz) file, or a folder of NPY or NPZ files, one a sample. NPZ entries are named as the network's inputs; samples are reshaped where their elements fit; uint8 is cast unscaled");
        scale = Setting.Number("--input-scale", "S", "What goes into floating-point inputs is (x − M) · S, as 0.00392156862745098 for bytes to 0…1 [default: 1]");
        mean = Setting.Number("--input-mean", "M", "See --input-scale [default: 0]");
        samples = Setting.Number("--samples", "N", "Only the first N samples [default: all]");
        threads = Setting.Number("--threads", "N", "At most N threads, 1 to 512; no result depends on it [default: all cores]");
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Setting> All => [data, scale, mean, samples, threads];

    /// <summary>What is asked for.</summary>
    public Validation<Fault, DataRequest> Parse(Request request) => (
        request.Path(data, "an NPY, NPZ or IDX file, or a folder of NPY or NPZ files"),
        Real(scale.Name, request.Text(scale), 1, x => x != 0, "a finite number other than 0"),
        Real(mean.Name, request.Text(mean), 0, _ => true, "a finite number"),
        request.Whole(samples, 1, int.MaxValue),
        request.Threads(threads)
    ).Apply((path, s, m, most, count) => new DataRequest(path, request.Text(scale) is null && request.Text(mean) is null ? None : Some(new InputScaling(s, m)), most, count));

    private static Validation<Fault, float> Real(string name, string? text, float otherwise, Func<float, bool> good, string wanted) =>
        text is null ? Success<Fault, float>(otherwise)
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) && good(value) ? Success<Fault, float>(value)
        : Fail<Fault, float>(new(name, Quoted.Text(text), wanted));
}
