using Ptq.Experiments.Commands;

return App.Run(args);
