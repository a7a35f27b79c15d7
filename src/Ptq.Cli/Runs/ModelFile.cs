using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;

namespace Ptq.Cli.Runs;

/// <summary>A network and the file that it came from.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="Bytes">Its length, together with the files that hold its weights.</param>
/// <param name="Network">The network.</param>
/// <param name="Besides">The files that hold its weights, by their full paths.</param>
internal sealed record ModelFile(string Path, long Bytes, Network Network, Values<string> Besides)
{
    /// <summary>Reads a network, and the weights that it has in other files of its folder.</summary>
    public static Either<PtqError, ModelFile> Read(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "";
        Either<PtqError, ExternalFile> Open(string name)
        {
            var beside = System.IO.Path.Combine(folder, name);
            return Disk.LengthOf(beside).Map(length => new ExternalFile(length, (offset, to) => Disk.ReadRange(beside, offset, to)));
        }
        return Disk.ReadAll(path).Bind(bytes => Parse(path, bytes, Open));
    }

    /// <summary>The same from files that will be at the path.</summary>
    public static Either<PtqError, ModelFile> Parse(string path, OnnxFiles files) => Parse(path, files.Model.ToArray(), name => files.Data is { } data ? data.ToExternal() : new PtqError.BadFile(path, "external data", Quoted.Text(name), "none"));

    private static Either<PtqError, ModelFile> Parse(string path, byte[] bytes, Func<string, Either<PtqError, ExternalFile>> open)
    {
        var besides = new Dictionary<string, long>(StringComparer.Ordinal);
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "";
        return OnnxFile.ReadFiles(path, bytes, name => open(name).Map(file =>
        {
            besides[System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, name))] = file.Length;
            return file;
        })).Map(network => new ModelFile(path, bytes.Length + besides.Values.Sum(), network, Values.From(besides.Keys)));
    }

    /// <summary>What is wrong with the network, with the file's name.</summary>
    public PtqError At(PtqError error) => error is PtqError.BadGraph e ? new PtqError.BadFile(Path, e.Node.Length == 0 ? e.Tensor : $"node {Quoted.Text(e.Node)}, {e.Tensor}", e.Seen, e.Wanted) : error;
}
