using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Onnx;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Equality;

/// <summary>Asks the ONNX Runtime and the engines here for the codes of the same networks.</summary>
internal static class EqualityRun
{
    private const int RuntimeBatch = 500, OwnBatch = 50;

    /// <summary>The network engine is the slowest of all: it sees the first so many images.</summary>
    public const int Fewer = 1000;

    /// <summary>Every form of every variant of some networks, under every setting.</summary>
    /// <param name="models">Their names.</param>
    /// <param name="images">The first so many test images.</param>
    /// <param name="settings">How the runtime is asked.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <param name="runtime">The runtime.</param>
    /// <param name="progress">Told what is being compared, and the share that is done.</param>
    public static Either<PtqError, Equalities> Execute(IReadOnlyList<string> models, int images, IReadOnlyList<RuntimeSetting> settings, int threads, RuntimeServer runtime, Action<string, double> progress)
    {
        var all = Equalities.None;
        foreach (var model in models)
        {
            progress(model, 0);
            switch (Subject.Read(model, images, threads).Case)
            {
                case LeftCase<PtqError, IReadOnlyList<Subject>>(var error): return error;
                case RightCase<PtqError, IReadOnlyList<Subject>>(var subjects):
                    foreach (var (subject, i) in subjects.Select((s, i) => (s, i))) all = all.And(Compare(subject, settings, threads, runtime, share => progress(model, (i + share) / subjects.Count)));
                    break;
            }
        }
        return all;
    }

    private static Equalities Compare(Subject subject, IReadOnlyList<RuntimeSetting> settings, int threads, RuntimeServer runtime, Action<double> progress)
    {
        var (integer, paths) = OfIntegers(subject, threads, share => progress(share / 2)); // the narrow paths take about as long as all that follows
        return new([.. RowsOf(subject, integer, settings, threads, runtime, share => progress((1 + share) / 2))], [.. paths.Select(path => (subject.Model, path.Width, path.Algorithm))]);
    }

    private static IEnumerable<EqualityRow> RowsOf(Subject subject, Answer integer, IReadOnlyList<RuntimeSetting> settings, int threads, RuntimeServer runtime, Action<double> progress)
    {
        var (done, steps) = (0.0, FileForm.All.Count * (1 + settings.Count));
        foreach (var form in FileForm.All)
        {
            var network = form.Of(subject.Quantized);
            progress(done++ / steps);
            var own = OfNetwork(subject, network, threads);
            foreach (var setting in settings)
            {
                progress(done++ / steps);
                var theirs = OfRuntime(subject, network, setting, runtime);
                yield return EqualityRow.Of(subject, form, setting, "integer", theirs, integer);
                yield return EqualityRow.Of(subject, form, setting, "network", theirs, own);
            }
        }
    }

    /// <summary>All images on every path.</summary>
    private static (Answer, IReadOnlyList<IntegerPath>) OfIntegers(Subject subject, int threads, Action<double> progress) => subject.Quantized.ToGraph().Map(IntegerPath.All).Match(
        Right: paths => (Answer.Agreed(paths.Select((path, i) =>
        {
            progress((double)i / paths.Count);
            var codes = path.Engine.Run(subject.Test.Images, threads);
            return (path.Name, new Codes(codes.Shape, codes.Codes));
        })), paths),
        Left: error => (Answer.Failed(error.Describe()), (IReadOnlyList<IntegerPath>)[]));

    private static Answer OfNetwork(Subject subject, Network network, int threads)
    {
        var batches = Subject.InBatches(network.Inputs[0].Name, subject.Test.Images.Rows(0, Math.Min(Fewer, subject.Test.Count)), OwnBatch).ToArray();
        var engines = batches.Select(b => b.Items[0].Shape).Distinct().ToDictionary(shape => shape, shape => NetworkEngine.Prepare(network, ByName<Shape>.Of([(network.Inputs[0].Name, shape)])));
        if (engines.Values.FirstOrDefault(engine => engine.IsLeft).Case is LeftCase<PtqError, NetworkEngine>(var unprepared)) return Answer.Failed(unprepared.Describe());
        var parts = new Either<PtqError, Codes>[batches.Length];
        Parallel.For(0, batches.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => parts[i] =
            from engine in engines[batches[i].Items[0].Shape]
            from outputs in engine.Run(batches[i])
            select Codes.Of(outputs.Items[0].Shape, outputs.Items[0].Floats.Span, subject.Output));
        return parts.FirstOrDefault(part => part.IsLeft).Case is LeftCase<PtqError, Codes>(var failed) ? Answer.Failed(failed.Describe()) : Answer.Of(Codes.Concat([.. parts.SelectMany(part => part.RightAsEnumerable())]));
    }

    private static Answer OfRuntime(Subject subject, Network network, RuntimeSetting setting, RuntimeServer runtime)
    {
        var input = network.Inputs[0].Name;
        var runs = Subject.InBatches(input, subject.Test.Images, RuntimeBatch).Select(batch => (IReadOnlyList<RuntimeTensor>)[RuntimeTensor.From(input, batch.Items[0].ToTensor())]).ToArray();
        return OnnxFile.Write(network).Match(
            Left: error => Answer.Failed(error.Describe()),
            Right: file => runtime.Run(file, runs, setting.Optimization, session: setting.Session(subject.Activations)).Match(
                Left: failure => Answer.Failed(failure.Message),
                Right: outputs => Answer.Of(Codes.Concat([.. outputs.Select(o => Codes.Of(o.Items[0].Shape, o.Items[0].ToFloats(), subject.Output))]))));
    }
}
