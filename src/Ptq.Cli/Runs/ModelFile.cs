using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Onnx;

namespace Ptq.Cli.Runs;

/// <summary>A network and the file that it came from.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="Bytes">Its length, together with the files that hold its weights.</param>
/// <param name="Network">The network.</param>
internal sealed record ModelFile(string Path, long Bytes, Network Network)
{
    /// <summary>Reads a network, and the weights that it has in other files of its folder.</summary>
    public static Either<PtqError, ModelFile> Read(string path) => Disk.ReadAll(path).Bind(bytes => Parse(path, bytes));

    /// <summary>The same from bytes that are, or will be, at the path.</summary>
    public static Either<PtqError, ModelFile> Parse(string path, ReadOnlyMemory<byte> bytes)
    {
        var besides = 0L;
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "";
        return OnnxFile.Read(path, bytes, name => Disk.ReadAll(System.IO.Path.Combine(folder, name)).Map(found =>
        {
            besides += found.Length;
            return (ReadOnlyMemory<byte>)found;
        })).Map(network => new ModelFile(path, bytes.Length + besides, network));
    }

    /// <summary>What is wrong with the network, with the file's name.</summary>
    public PtqError At(PtqError error) => error is PtqError.BadGraph e ? new PtqError.BadFile(Path, e.Node.Length == 0 ? e.Tensor : $"node {Quoted.Text(e.Node)}, {e.Tensor}", e.Seen, e.Wanted) : error;
}
