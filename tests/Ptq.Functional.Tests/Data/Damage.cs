using LanguageExt;
using Ptq.Errors;
using Xunit;

namespace Ptq.Tests.Data;

/// <summary>What a parser answers.</summary>
public static class Damage
{
    /// <summary>The complaint about a file that ought to be refused.</summary>
    public static string Complaint<T>(Either<PtqError, T> answer)
    {
        var complaint = answer.Match(Right: value => $"accepted as {value}", Left: error => error.Describe());
        Assert.True(answer.IsLeft, complaint);
        Assert.NotEmpty(complaint);
        return complaint;
    }

    /// <summary>What a sound file holds.</summary>
    public static T Content<T>(Either<PtqError, T> answer) => answer.Match(Right: value => value, Left: error => throw new InvalidDataException(error.Describe()));
}
