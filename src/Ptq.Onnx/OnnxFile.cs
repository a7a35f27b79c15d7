using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>ONNX files as values: bytes in, bytes out.</summary>
public static class OnnxFile
{
    /// <summary>
    /// The network of a ModelProto of IR version 3 to 10 and operator set 6 to 21. Initializers and Constant nodes become its constants,
    /// in the type that they have; operators of sets before 13 become those of 13, so that <see cref="Network.Opset"/> is at least 13. Nodes are put in an order in which they can
    /// run, and have unique names. Doc strings, metadata and fields that are not known here are kept; the types of tensors in between are not.
    /// Any operator is read, for <c>NetworkEngine.Prepare</c> refuses those that it has not. Elements of tensors are copied once; whatever the bytes, at most
    /// 320 times their number and 64 KiB are allocated (120 times from operator set 13 on), and as much as the files beside it have.
    /// </summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="external">Reads another file in the model's folder, by its path there; it is asked for nothing outside. None: tensors in other files are refused.</param>
    /// <returns>The network; or the place in the file that is not as ONNX says, or is not supported: nodes with bodies (If, Loop, Scan), sequences, texts and sparse tensors.</returns>
    public static Either<PtqError, Network> Read(string name, ReadOnlyMemory<byte> bytes, Func<string, Either<PtqError, ReadOnlyMemory<byte>>>? external = null) =>
        Parse(name, bytes, external is null ? null : location => external(location).Map(ExternalFile.Of));

    /// <summary>As <see cref="Read"/>, and tensors in other files are read where they lie: no such file is ever in memory as a whole, and it may be longer than 2 GiB.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="open">Opens another file in the model's folder, by its path there; it is asked for nothing outside.</param>
    public static Either<PtqError, Network> ReadFiles(string name, ReadOnlyMemory<byte> bytes, Func<string, Either<PtqError, ExternalFile>> open) => Parse(name, bytes, open);

    private static Either<PtqError, Network> Parse(string name, ReadOnlyMemory<byte> bytes, Func<string, Either<PtqError, ExternalFile>>? open)
    {
        try
        {
            return ModelReader.Read(ProtoMessage.Of(name, bytes), open);
        }
        catch (Unreadable unreadable)
        {
            return unreadable.Error;
        }
    }

    /// <summary>
    /// The bytes of a ModelProto that reads as this network again: the same ones every time. Constants are initializers with raw data. The IR version is
    /// the file's, raised to the one that the operator set came with (13: 7, 15: 8, 19: 9, 21: 10).
    /// </summary>
    /// <returns>The file; or an error where it would have more than 2³¹ bytes.</returns>
    public static Either<PtqError, byte[]> Write(Network network) => ModelWriter.Write(network).Map(image => image.ToArray());

    /// <summary>
    /// The same as files that are still to be written, which take no room beside the network. Where the model would have more than 2³¹ bytes, or where that is asked for, tensors from
    /// 4 KiB on go to a file beside it, at multiples of 4 KiB.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="location">The name of the file beside the model.</param>
    /// <param name="always">Whether large tensors go there in any case.</param>
    /// <returns>The files; or an error where the name is none that a model can give, or the model would be too long even so.</returns>
    public static Either<PtqError, OnnxFiles> WriteFiles(Network network, string location, bool always = false)
    {
        if (!always && ModelWriter.Write(network).Case is RightCase<PtqError, FileImage>(var whole)) return new OnnxFiles(whole, null);
        if (!ExternalData.Inside(location)) return new PtqError.BadGraph("", "external data", $"the name {Quoted.Text(location)}", "the name of a file in the model's folder");
        var data = new DataFile(location);
        return ModelWriter.Write(network, data).Map(model => data.Image is { Length: > 0 } image ? new OnnxFiles(model, image) : new(model, null));
    }

    /// <summary>The tensor of a TensorProto file (such as ONNX's test data) and its name.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">The file.</param>
    public static Either<PtqError, (string Name, Constant Value)> ReadTensor(string name, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new TensorReader(new(null)).Read(ProtoMessage.Of(name, bytes));
        }
        catch (Unreadable unreadable)
        {
            return unreadable.Error;
        }
    }
}
