using Ptq.Experiments.Commands;
using Ptq.Terminal;

ICommand[] main = [new ThesisCommand(), new AblationCommand()];
return App.Run(args, "Regenerates the tables of Ptq.Functional. Without a command: thesis and ablation, on the embedded data.",
    [.. main, new ConformanceCommand(), new VerifyRuntimeCommand(), new BenchCommand(), new GridCommand(), new TrainBaselineCommand(), new BuildDataCommand()], main);
