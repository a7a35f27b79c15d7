using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Cli.Runs;

/// <summary>Portions of samples as a sequence, for those who do not expect that reading it can fail.</summary>
internal static class BatchStream
{
    private sealed class Broken(PtqError error) : Exception(error.Describe())
    {
        public PtqError Error { get; } = error;
    }

    /// <summary>Gives the samples, read when they are asked for, to some work; what is wrong with them is the result then.</summary>
    public static Either<PtqError, T> Of<T>(Samples samples, IReadOnlyList<SampleRange> ranges, Func<IEnumerable<ByName<Operand>>, Either<PtqError, T>> work)
    {
        try
        {
            return work(ranges.Select(range => samples.Read(range).Match(Right: inputs => inputs, Left: error => throw new Broken(error))));
        }
        catch (Broken broken)
        {
            return broken.Error;
        }
        catch (AggregateException all) when (all.Flatten().InnerExceptions.All(e => e is Broken))
        {
            return ((Broken)all.Flatten().InnerExceptions[0]).Error;
        }
    }
}
