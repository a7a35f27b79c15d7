namespace Ptq.Experiments.Runtime;

/// <summary>Why the ONNX Runtime gave no outputs: its own message, or how its process ended.</summary>
internal sealed record RuntimeFailure(string Message);
