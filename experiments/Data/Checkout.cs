namespace Ptq.Experiments.Data;

/// <summary>The repository that the app was built in.</summary>
internal static class Checkout
{
    /// <summary>Its folder; null where the app was taken elsewhere.</summary>
    public static string? Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string? Find(DirectoryInfo? folder) => folder is null ? null
        : File.Exists(Path.Combine(folder.FullName, "Ptq.Functional.sln")) ? folder.FullName : Find(folder.Parent);
}
