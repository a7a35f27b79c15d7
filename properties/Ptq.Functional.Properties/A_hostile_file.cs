using FsCheck;
using Ptq.Cli.Commands;
using Ptq.Cli.Options;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Properties.Hostile;
using Ptq.Tensors;
using Ptq.Terminal;
using Xunit.Abstractions;
using static LanguageExt.Prelude;

namespace Ptq.Properties;

/// <summary>Any bytes at all give an answer or an error that names the place: no exception, in bounded time, and with at most a stated multiple of the file's length in memory.</summary>
public sealed class A_hostile_file(ITestOutputHelper log) : IDisposable
{
    /// <summary>Deflate packs at most so many bytes into one.</summary>
    private const int Deflate = 1032;

    private readonly Figures figures = new();
    private readonly string path = Path.Combine(Path.GetTempPath(), $"ptq-{Guid.NewGuid():N}.json");

    [Property(Arbitrary = [typeof(AnIdx)], MaxTest = 1000)]
    public void Of_IDX_is_answered(HostileFile file)
    {
        figures.Read(file, (name, bytes) => Idx.Parse(name, bytes), 1, 64 << 10);
        Samples(file);
    }

    [Property(Arbitrary = [typeof(AGzippedIdx)], MaxTest = 1000)]
    public void Of_IDX_gzipped_is_answered(HostileFile file) => figures.Read(file, (name, bytes) => Idx.Parse(name, bytes), 2 * Deflate, 64 << 10);

    [Property(Arbitrary = [typeof(AnNpy)], MaxTest = 1000)]
    public void Of_NPY_is_answered(HostileFile file)
    {
        figures.Read(file, (name, bytes) => Npy.Parse(name, bytes), 1, 64 << 10).IfSome(array => _ = (array.ToFloats(), array.ToIntegers()));
        Samples(file);
    }

    [Property(Arbitrary = [typeof(AnNpz)], MaxTest = 1000)]
    public void Of_NPZ_is_answered(HostileFile file)
    {
        figures.Read(file, (name, bytes) => Npz.Parse(name, bytes), 2 * Deflate, 64 << 10);
        if (file.Bytes.Length < 1000) Samples(file);
    }

    [Property(Arbitrary = [typeof(AConfiguration)], MaxTest = 1000)]
    public void Of_JSON_settings_is_answered(HostileFile file)
    {
        var command = new QuantizeCommand();
        figures.Read(file, (name, bytes) => ConfigFile.Parse(name, bytes, command.Settings) is var (given, faults) && faults.Count > 0 ? Left<PtqError, Dictionary<Setting, string[]>>(new PtqError.BadRequest(Values.From(faults))) : Right<PtqError, Dictionary<Setting, string[]>>(given), 8, 64 << 10);

        File.WriteAllBytes(path, file.Bytes);
        command.Parse(command.Command.Parse(["--config", path])).IfFail(faults =>
        {
            foreach (var fault in faults) Figures.Names(fault.Field.StartsWith(path, StringComparison.Ordinal) ? path : command.Settings.First(s => fault.Field.Contains(s.Name, StringComparison.Ordinal)).Name, fault.Describe());
            return () => ExitCode.Done;
        });
    }

    // As data for a network, whatever the first bytes say of the format: reals, and integers of a fixed length.
    private static void Samples(HostileFile file)
    {
        foreach (var port in (Port[])[new("x", ElementType.Float32, [new(-1), new(-1)]), new("a0", ElementType.Int32, [new(2), new(3)])])
            _ = (from arrays in DataFile.Parse(file.Name, file.Bytes)
                 from samples in Data.Samples.Of(file.Name, arrays, [port], InputScaling.None)
                 from read in samples.Ranges(4, Remainder.FilledUp) is [var first, ..] ? samples.Read(first).Map(_ => first) : default(SampleRange)
                 select read).IfLeft(error =>
                 {
                     Figures.Names(file.Name, error);
                     return default;
                 });
    }

    public void Dispose()
    {
        log.WriteLine($"{figures}");
        File.Delete(path);
    }

    public static class AConfiguration
    {
        public static Arbitrary<HostileFile> Files() => JsonEdits.Format.Hostile();
    }

    public static class AnIdx
    {
        public static Arbitrary<HostileFile> Files() => IdxEdits.Plain.Hostile();
    }

    public static class AGzippedIdx
    {
        public static Arbitrary<HostileFile> Files() => IdxEdits.Gzipped.Hostile();
    }

    public static class AnNpy
    {
        public static Arbitrary<HostileFile> Files() => NpyEdits.Format.Hostile();
    }

    public static class AnNpz
    {
        public static Arbitrary<HostileFile> Files() => NpzEdits.Format.Hostile();
    }
}
