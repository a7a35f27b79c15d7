using LanguageExt;
using Ptq.Errors;

namespace Ptq.Experiments.Ablation;

/// <summary>A setting of an axis, and what came of it.</summary>
internal sealed record AxisOutcome(string Axis, string Setting, Variant Variant, Outcome Outcome);

/// <summary>Runs every axis on a network. A variant that stands in several axes runs once.</summary>
internal static class AblationRun
{
    /// <summary>The settings, in the order of the axes.</summary>
    /// <param name="study">The network and its images.</param>
    /// <param name="progress">Told the name of every stage and the share of it that is done.</param>
    public static Either<PtqError, IReadOnlyList<AxisOutcome>> Execute(Study study, Action<string, double> progress)
    {
        var outcomes = new Dictionary<Variant, Outcome>();
        var distinct = Variant.Axes.Select(a => a.Variant).Distinct(EqualityComparer<Variant>.Default).ToArray();
        for (var i = 0; i < distinct.Length; i++)
        {
            var done = i;
            switch (study.Run(distinct[i], share => progress("Ablation", (done + share) / distinct.Length)).Case)
            {
                case LeftCase<PtqError, Outcome>(var error): return error;
                case RightCase<PtqError, Outcome>(var outcome): outcomes.Add(distinct[i], outcome); break;
            }
            progress("Ablation", (i + 1.0) / distinct.Length);
        }
        return Variant.Axes.Select(a => new AxisOutcome(a.Axis, a.Setting, a.Variant, outcomes[a.Variant])).ToArray();
    }
}
