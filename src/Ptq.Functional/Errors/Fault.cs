namespace Ptq.Errors;

/// <summary>One thing wrong with one field of what a user asked for.</summary>
/// <param name="Field">The option or field, as the user writes it.</param>
/// <param name="Seen">What was given.</param>
/// <param name="Wanted">What would have been accepted.</param>
public sealed record Fault(string Field, string Seen, string Wanted)
{
    /// <summary>One line for a human, whatever stands in the parts.</summary>
    public string Describe() => $"{Quoted.Line(Field, PtqError.LongestPart)}: saw {Quoted.Line(Seen, PtqError.LongestPart)}, wanted {Quoted.Line(Wanted, PtqError.LongestWanted)}";
}
