using System.Buffers;
using Google.Protobuf;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>
/// A protobuf message on its way to bytes: small fields in buffers, long ones as they are, so that no tensor is copied however deep it stands.
/// </summary>
internal sealed class ProtoWriter
{
    /// <summary>From here on a field is not worth copying from message to message.</summary>
    private const int Long = 4096;

    private readonly List<FilePart> parts = [];
    private readonly ArrayBufferWriter<byte> small = new(16);
    private long partsLength;

    /// <summary>How many bytes the message has.</summary>
    public long Length => partsLength + small.WrittenCount;

    public ProtoWriter Whole(int field, long value) => Put(field, CodedOutputStream.ComputeInt64Size(value), output =>
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    });

    public ProtoWriter Real(int field, float value) => Put(field, CodedOutputStream.ComputeFloatSize(value), output =>
    {
        output.WriteTag(field, WireFormat.WireType.Fixed32);
        output.WriteFloat(value);
    });

    public ProtoWriter Text(int field, string text) => Put(field, CodedOutputStream.ComputeStringSize(text), output =>
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    });

    /// <summary>A text, or nothing where it is empty, which reads as the same.</summary>
    public ProtoWriter TextUnlessEmpty(int field, string text) => text.Length == 0 ? this : Text(field, text);

    public ProtoWriter Bytes(int field, Values<byte> bytes)
    {
        Header(field, bytes.Length);
        return AsItStands(bytes);
    }

    /// <summary>The elements of a tensor, as bytes.</summary>
    public ProtoWriter Bytes(int field, Constant tensor)
    {
        Header(field, tensor.Span.Length);
        return AsItStands(new FilePart(default, tensor));
    }

    public ProtoWriter Message(int field, ProtoWriter message)
    {
        Header(field, message.Length);
        foreach (var part in message.parts) AsItStands(part);
        small.Write(message.small.WrittenSpan);
        return this;
    }

    /// <summary>Fields that are bytes already.</summary>
    public ProtoWriter AsItStands(Values<byte> fields) => AsItStands(new FilePart(fields, null));

    /// <summary>The message as a file.</summary>
    public FileImage ToImage() => new([.. parts, new(Values.Of(small.WrittenSpan), null)]);

    private ProtoWriter AsItStands(FilePart part)
    {
        if (part.Length < Long)
        {
            small.Write(part.Span);
            return this;
        }
        if (small.WrittenCount > 0) Keep(new(Values.Of(small.WrittenSpan), null));
        small.ResetWrittenCount();
        Keep(part);
        return this;
    }

    private void Keep(FilePart part)
    {
        parts.Add(part);
        partsLength += part.Length;
    }

    private void Header(int field, long length) => Put(field, CodedOutputStream.ComputeUInt64Size((ulong)length), output =>
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteUInt64((ulong)length); // as a length, which is at most an int in a file that can be written
    });

    private ProtoWriter Put(int field, int size, Action<CodedOutputStream> write)
    {
        var bytes = new byte[CodedOutputStream.ComputeTagSize(field) + size];
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.CheckNoSpaceLeft();
        small.Write(bytes);
        return this;
    }
}
