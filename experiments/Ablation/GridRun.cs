using System.Globalization;
using CsvHelper.Configuration.Attributes;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Search;

namespace Ptq.Experiments.Ablation;

/// <summary>A combination of percentiles in grid.csv.</summary>
internal sealed record GridRow(
    [property: Name("combination")] int Combination, [property: Name("percentiles")] string Percentiles, [property: Name("right")] int Right, [property: Name("accuracy")] string Accuracy);

/// <summary>Every combination of percentiles of the ablation's base, scored on the first search images.</summary>
/// <param name="Study">The network and its images.</param>
/// <param name="Percentiles">Those of every point, in the network's order.</param>
/// <param name="Search">The scores.</param>
internal sealed record GridRun(Study Study, ByName<Values<double>> Percentiles, GridSearch Search)
{
    /// <summary>Runs it.</summary>
    /// <param name="study">The network and its images.</param>
    /// <param name="everywhere">The percentiles of every point that is not named; the first of them also chooses weight scales.</param>
    /// <param name="named">Those of some points.</param>
    /// <param name="images">How many search images.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <param name="progress">Told the share that is done.</param>
    public static Either<PtqError, GridRun> Execute(Study study, Values<double> everywhere, ByName<Values<double>> named, int images, int threads, Action<double> progress) =>
        from start in study.Start(everywhere[0])
        from known in named.Names.AsEnumerable().FirstOrDefault(name => !start.Points.Has(name)) is { } stranger
            ? (Either<PtqError, ByName<Values<double>>>)new PtqError.BadRequest("--point", $"'{stranger}'", string.Join(", ", start.Points.Names.AsEnumerable()))
            : start.Points.Map((name, _) => named.Find(name).IfNone(everywhere))
        let objective = study.Splits.Search.Examples is var all && images < all.Count ? all.First(images) : all
        from search in GridSearch.Run(start, known.Map((name, values) => values.Map(p => study.ParamsOf(name, p))), objective.Images, objective.Labels, threads, progress)
        select new GridRun(study, ByName<Values<double>>.Of(search.Candidates.Names.AsEnumerable().Select(name => (name, known[name]))), search);

    /// <summary>The table.</summary>
    public IEnumerable<GridRow> Rows => Enumerable.Range(0, Search.Right.Length).Select(i => new GridRow(i, Text(i), Search.Right[i], Search.Percent(i).ToString("0.00", CultureInfo.InvariantCulture)));

    /// <summary>The percentiles of a combination, point by point.</summary>
    public string Text(int combination)
    {
        var choice = Search.Choice(combination);
        return string.Join("; ", Enumerable.Range(0, choice.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Percentiles.Names[i]} p = {Percentiles.Items[i][choice[i]]}")));
    }
}
