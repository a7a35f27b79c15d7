using System.Runtime.InteropServices;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Runtime;

/// <summary>A named tensor of any element type that the ONNX Runtime takes or gives; compares by content.</summary>
internal sealed record RuntimeTensor
{
    private static readonly (string Name, Type Type, int Size)[] ElementTypes =
    [
        ("float", typeof(float), 4), ("double", typeof(double), 8), ("float16", typeof(Half), 2), ("bool", typeof(bool), 1),
        ("int8", typeof(sbyte), 1), ("int16", typeof(short), 2), ("int32", typeof(int), 4), ("int64", typeof(long), 8),
        ("uint8", typeof(byte), 1), ("uint16", typeof(ushort), 2), ("uint32", typeof(uint), 4), ("uint64", typeof(ulong), 8),
    ];

    private RuntimeTensor(string name, string type, Shape shape, Values<byte> data) => (Name, Type, Shape, Data) = (name, type, shape, data);

    /// <summary>The name of the input or output.</summary>
    public string Name { get; }

    /// <summary>The element type, named as in ONNX's <c>tensor(…)</c>: <c>float</c>, <c>float16</c>, <c>int8</c>, <c>bool</c>, …</summary>
    public string Type { get; }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The elements in C order, little-endian.</summary>
    public Values<byte> Data { get; }

    /// <summary>A tensor over a copy of the elements; their C# type says which ONNX type it is.</summary>
    /// <exception cref="ArgumentException">Shape and number of elements differ, or ONNX has no such type.</exception>
    public static RuntimeTensor Of<T>(string name, Shape shape, ReadOnlySpan<T> elements) where T : unmanaged =>
        FromBytes(name, NameOf<T>(), shape, MemoryMarshal.AsBytes(elements));

    /// <summary>A float tensor.</summary>
    public static RuntimeTensor From(string name, Tensor tensor) => Of(name, tensor.Shape, tensor.Data.Span);

    /// <summary>A tensor over a copy of the bytes.</summary>
    /// <exception cref="ArgumentException">The type is unknown, or the bytes are not as many as it and the shape want.</exception>
    public static RuntimeTensor FromBytes(string name, string type, Shape shape, ReadOnlySpan<byte> data)
    {
        var size = Array.Find(ElementTypes, t => t.Name == type).Size;
        if (size == 0) throw new ArgumentException($"'{type}' is none of {string.Join(", ", ElementTypes.Select(t => t.Name))}.", nameof(type));
        if ((long)size * shape.Count != data.Length) throw new ArgumentException($"{type} {shape} wants {(long)size * shape.Count} bytes, not {data.Length}.", nameof(data));
        return new(name, type, shape, Values.Of(data));
    }

    /// <summary>The elements, of the C# type that the element type is.</summary>
    /// <exception cref="InvalidOperationException">It is another.</exception>
    public T[] Elements<T>() where T : unmanaged => NameOf<T>() == Type ? MemoryMarshal.Cast<byte, T>(Data.Span).ToArray()
        : throw new InvalidOperationException($"'{Name}' has elements of type {Type}, not {NameOf<T>()}.");

    /// <summary>The elements of a float tensor.</summary>
    public float[] ToFloats() => Elements<float>();

    /// <summary>A float tensor as the library has it.</summary>
    public Tensor ToTensor() => Tensor.Of(Shape, Values.Of<float>(ToFloats()));

    /// <summary>The elements of a tensor of integers, however wide they are.</summary>
    /// <exception cref="InvalidOperationException">It is not of integers.</exception>
    public long[] ToIntegers() => Type switch
    {
        "int8" => [.. Elements<sbyte>()],
        "int16" => [.. Elements<short>()],
        "int32" => [.. Elements<int>()],
        "int64" => Elements<long>(),
        "uint8" => [.. Elements<byte>()],
        "uint16" => [.. Elements<ushort>()],
        "uint32" => [.. Elements<uint>()],
        "uint64" => [.. Elements<ulong>().Select(x => checked((long)x))],
        _ => throw new InvalidOperationException($"'{Name}' has elements of type {Type}, which is no integer."),
    };

    /// <summary>Name, type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"{Name}: {Type} {Shape}";

    private static string NameOf<T>() => Array.Find(ElementTypes, t => t.Type == typeof(T)).Name ?? throw new ArgumentException($"ONNX has no element type {typeof(T).Name}.");
}
