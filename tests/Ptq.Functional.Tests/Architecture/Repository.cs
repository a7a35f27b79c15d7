namespace Ptq.Tests.Architecture;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>C# files below a folder, without what builds leave there: path from the folder, and text.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(params string[] folder)
    {
        var top = Path.Combine([Root, .. folder]);
        return Directory.EnumerateFiles(top, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(top, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(file => (file, File.ReadAllText(Path.Combine(top, file))));
    }

    private static string Find(DirectoryInfo? folder) => folder is null ? throw new InvalidOperationException("No Ptq.Functional.sln above the tests.")
        : File.Exists(Path.Combine(folder.FullName, "Ptq.Functional.sln")) ? folder.FullName : Find(folder.Parent);
}
