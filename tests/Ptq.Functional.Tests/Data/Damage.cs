using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Data;

/// <summary>What can happen to a file on its way.</summary>
public static class Damage
{
    /// <summary>The file cut off at every length, then with one to four bits flipped or bytes replaced, <paramref name="rounds"/> times. Always the same ones.</summary>
    public static IEnumerable<byte[]> Of(byte[] file, int rounds)
    {
        for (var length = 0; length < file.Length; length++) yield return file[..length];
        var rng = Rng.FromSeed(20240229);
        for (var round = 0; round < rounds; round++)
        {
            var damaged = file.ToArray();
            (var places, rng) = rng.Below(4);
            for (var i = 0; i <= places; i++)
            {
                (var at, rng) = rng.Below(file.Length);
                (var bit, rng) = rng.Below(9);
                (var other, rng) = rng.Below(256);
                damaged[at] = bit == 8 ? (byte)other : (byte)(damaged[at] ^ (1 << bit));
            }
            yield return damaged;
        }
    }

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
