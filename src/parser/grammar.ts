/**
 * The grammar, as a chevrotain parser that makes a concrete syntax tree and recovers from damage. It accepts a
 * little more than the language: forms that are reserved for later, and frequent mistakes, are parsed here so that
 * `build-ast.ts` can answer each with one clear diagnostic. Binary operators form one flat rule; precedence is
 * decided when the syntax tree is built.
 *
 * Contextual words are names unless the grammar asks for the word itself. A word that is updated (`batch <- 1`) is
 * marked as a name beforehand, so a suffix that begins with one needs no second look.
 */
import { EOF } from 'chevrotain';
import type { CstNode, IRecognitionException, ISerializedGast, IToken } from 'chevrotain';
import { StatementGrammar } from './grammar-statements.js';
import {
  Colon,
  Comma,
  Dot,
  Equals,
  Identifier,
  LeftBrace,
  LeftParenthesis,
  NumberToken,
  Percent,
  RightBrace,
  RightParenthesis,
  StringToken,
  words,
} from './tokens.js';

class ArgminParser extends StatementGrammar {
  constructor(skipValidations: boolean) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  readonly file = this.RULE('file', () => {
    this.MANY({
      GATE: () => this.beginsDeclaration(),
      DEF: () => {
        this.nesting = 0;
        this.SUBRULE(this.declaration);
      },
    });
    this.CONSUME(EOF);
  });

  override readonly declaration = this.RULE('declaration', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importDeclaration) },
      { ALT: () => this.SUBRULE(this.dimDeclaration) },
      { ALT: () => this.SUBRULE(this.hyperDeclaration) },
      { ALT: () => this.SUBRULE(this.dataDeclaration) },
      { ALT: () => this.SUBRULE(this.paramDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.fnDeclaration) },
      { ALT: () => this.SUBRULE(this.externDeclaration) },
      { ALT: () => this.SUBRULE(this.aggregatorDeclaration) },
      { ALT: () => this.SUBRULE(this.moduleDeclaration) },
      { ALT: () => this.SUBRULE(this.modelDeclaration) },
      { ALT: () => this.SUBRULE(this.objectiveDeclaration) },
      {
        GATE: () => this.beginsProcess(),
        ALT: () => this.SUBRULE(this.processDeclaration),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.solveDeclaration) },
      { ALT: () => this.SUBRULE(this.reportDeclaration) },
      { ALT: () => this.SUBRULE(this.precisionDeclaration) },
      { ALT: () => this.SUBRULE(this.optimizerDeclaration) },
      { ALT: () => this.SUBRULE(this.scheduleDeclaration) },
      { ALT: () => this.SUBRULE(this.setDeclaration) },
      { ALT: () => this.SUBRULE(this.distributionDeclaration) },
      { ALT: () => this.SUBRULE(this.handlerDeclaration) },
      { ALT: () => this.SUBRULE(this.constraintDeclaration) },
      { ALT: () => this.SUBRULE(this.testDeclaration) },
      { ALT: () => this.SUBRULE(this.problemState) },
      { ALT: () => this.SUBRULE(this.updateStatement) },
    ]);
  });

  protected readonly importDeclaration = this.RULE('importDeclaration', () => {
    this.CONSUME(words.import);
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.importedName);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.importedName);
    });
    this.CONSUME(RightBrace);
    this.CONSUME(words.from);
    this.OR([{ ALT: () => this.CONSUME(StringToken) }, { ALT: () => this.SUBRULE(this.libraryPath) }]);
  });

  protected readonly importedName = this.RULE('importedName', () => {
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(words.as);
      this.SUBRULE2(this.name);
    });
  });

  /** Any word may be a step of a path: `std.data`. */
  protected readonly libraryPath = this.RULE('libraryPath', () => {
    this.SUBRULE(this.word);
    this.MANY(() => {
      this.CONSUME(Dot);
      this.SUBRULE2(this.word);
    });
  });

  protected readonly dimDeclaration = this.RULE('dimDeclaration', () => {
    this.CONSUME(words.dim);
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.SUBRULE(this.expression);
    });
  });

  protected readonly hyperDeclaration = this.RULE('hyperDeclaration', () => {
    this.CONSUME(words.hyper);
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(words.in);
      this.SUBRULE(this.expression, { LABEL: 'interval' });
    });
    this.OPTION2(() => {
      this.CONSUME(Equals);
      this.SUBRULE2(this.expression, { LABEL: 'value' });
    });
  });

  protected readonly dataDeclaration = this.RULE('dataDeclaration', () => {
    this.CONSUME(words.data);
    this.OPTION(() => this.CONSUME(StringToken));
    this.MANY(() => this.SUBRULE(this.dataClause));
    this.CONSUME(LeftBrace);
    this.MANY2({ GATE: () => this.beginsColumn(), DEF: () => this.SUBRULE(this.dataColumn) });
    this.CONSUME(RightBrace);
  });

  protected readonly dataClause = this.RULE('dataClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.as);
          this.CONSUME(Identifier);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.split);
          this.SUBRULE(this.splitPart);
          this.MANY(() => {
            this.CONSUME(Comma);
            this.SUBRULE2(this.splitPart);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.seed);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  protected readonly splitPart = this.RULE('splitPart', () => {
    this.SUBRULE(this.name);
    this.CONSUME(NumberToken);
    this.CONSUME(Percent);
  });

  protected readonly dataColumn = this.RULE('dataColumn', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.binding));
  });

  protected readonly letDeclaration = this.RULE('letDeclaration', () => {
    this.CONSUME(words.let);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
    this.OPTION(() => this.SUBRULE(this.onClause));
    this.OPTION2(() => this.SUBRULE(this.everyClause));
  });

  protected readonly fnDeclaration = this.RULE('fnDeclaration', () => {
    this.CONSUME(words.fn);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => this.SUBRULE(this.result));
    this.SUBRULE(this.body);
    this.OPTION2(() => this.SUBRULE(this.derivativeRule));
  });

  /** `derivative(u) = { x = u * 2 }`: what a function's derivative is, as a product with the Jacobian from the left. */
  protected readonly derivativeRule = this.RULE('derivativeRule', () => {
    this.CONSUME(words.derivative);
    this.CONSUME(LeftParenthesis);
    this.SUBRULE(this.name);
    this.CONSUME(RightParenthesis);
    this.SUBRULE(this.body);
  });

  /** `extern fn f(x: real[n]): real`: supplied by the host. */
  protected readonly externDeclaration = this.RULE('externDeclaration', () => {
    this.CONSUME(words.extern);
    this.CONSUME(words.fn);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.result);
  });

  protected readonly aggregatorDeclaration = this.RULE('aggregatorDeclaration', () => {
    this.CONSUME(words.aggregator);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => this.SUBRULE(this.result));
    this.OPTION2(() => this.SUBRULE(this.propertyClause));
    this.SUBRULE(this.body);
  });

  /** `is non_conflicting, permutation_invariant`. */
  protected readonly propertyClause = this.RULE('propertyClause', () => {
    this.CONSUME(words.is);
    this.CONSUME(Identifier);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.CONSUME2(Identifier);
    });
  });

  protected readonly parameters = this.RULE('parameters', () => {
    this.CONSUME(LeftParenthesis);
    this.OPTION(() => {
      this.SUBRULE(this.parameter);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.parameter);
      });
    });
    this.CONSUME(RightParenthesis);
  });

  protected readonly parameter = this.RULE('parameter', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.SUBRULE(this.expression);
    });
  });

  protected readonly body = this.RULE('body', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Equals);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  protected readonly moduleDeclaration = this.RULE('moduleDeclaration', () => {
    this.CONSUME(words.module);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters, { LABEL: 'statics' });
    this.SUBRULE2(this.parameters);
    this.OPTION(() => this.SUBRULE(this.result));
    this.SUBRULE(this.block);
  });

  protected readonly objectiveDeclaration = this.RULE('objectiveDeclaration', () => {
    this.OR([{ ALT: () => this.CONSUME(words.minimize) }, { ALT: () => this.CONSUME(words.maximize) }]);
    this.OPTION({
      GATE: () => this.LA(2).tokenType === Colon,
      DEF: () => {
        this.SUBRULE(this.name);
        this.CONSUME(Colon);
      },
    });
    this.SUBRULE(this.expression);
    this.MANY(() =>
      this.OR2([{ ALT: () => this.SUBRULE(this.onClause) }, { ALT: () => this.SUBRULE(this.overClause) }]),
    );
  });

  protected readonly solveDeclaration = this.RULE('solveDeclaration', () => {
    this.CONSUME(words.solve);
    this.OPTION({
      GATE: () => !this.beginsFront(),
      DEF: () => {
        this.CONSUME(Identifier);
        this.MANY(() => {
          this.CONSUME(Comma);
          this.CONSUME2(Identifier);
        });
      },
    });
    this.OPTION2({ GATE: () => this.beginsFront(), DEF: () => this.SUBRULE(this.frontClause) });
    this.SUBRULE(this.usingClause);
    this.MANY2(() => this.SUBRULE(this.solveClause));
  });

  /** `using adam(1e-3) over critic 5 times`. */
  protected readonly usingClause = this.RULE('usingClause', () => {
    this.CONSUME(words.using);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.overClause));
    this.OPTION2({
      GATE: () => this.LA(2).tokenType === words.times,
      DEF: () => {
        this.SUBRULE(this.atom);
        this.CONSUME(words.times);
      },
    });
  });

  /** A body of updates in place of an optimizer: `solve for 1000 steps { ... }`. */
  protected readonly processDeclaration = this.RULE('processDeclaration', () => {
    this.CONSUME(words.solve);
    this.CONSUME(words.for);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.unit);
    this.MANY(() => this.SUBRULE(this.processClause));
    this.SUBRULE(this.block);
  });

  protected readonly processClause = this.RULE('processClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.until);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.seed);
          this.SUBRULE2(this.expression);
        },
      },
    ]);
  });

  /** `front 32`: so many points of the Pareto front; a label may be called `front` too. */
  protected readonly frontClause = this.RULE('frontClause', () => {
    this.CONSUME(words.front);
    this.SUBRULE(this.expression);
  });

  private beginsFront(): boolean {
    const next = this.LA(2).tokenType;
    return this.LA(1).tokenType === words.front && next !== words.using && next !== Comma;
  }

  protected readonly solveClause = this.RULE('solveClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.batch);
          this.SUBRULE(this.expression);
          this.OPTION(() => {
            this.CONSUME(words.in);
            this.CONSUME(words.order);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.for);
          this.SUBRULE2(this.expression);
          this.SUBRULE(this.unit);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.until);
          this.SUBRULE3(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.seed);
          this.SUBRULE4(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.on);
          this.SUBRULE5(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.by);
          this.SUBRULE6(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.nestedClause) },
      { ALT: () => this.SUBRULE(this.usingClause) },
      { ALT: () => this.CONSUME(words.alternating) },
      { ALT: () => this.CONSUME(words.simultaneous) },
    ]);
  });

  /** How a nested problem is differentiated and where it starts. */
  protected readonly nestedClause = this.RULE('nestedClause', () => {
    this.OR([
      { ALT: () => this.CONSUME(words.unrolled) },
      {
        ALT: () => {
          this.CONSUME(words.truncated);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.implicit);
          this.OPTION({
            GATE: () => this.LA(1).tokenType === Identifier && this.LA(2).tokenType === LeftParenthesis,
            DEF: () => this.SUBRULE2(this.expression),
          });
        },
      },
      { ALT: () => this.CONSUME(words.warm) },
      { ALT: () => this.CONSUME(words.cold) },
    ]);
  });

  protected readonly reportDeclaration = this.RULE('reportDeclaration', () => {
    this.CONSUME(words.report);
    this.SUBRULE(this.name);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.onClause));
    this.OPTION2(() => this.SUBRULE(this.samplesClause));
  });

  protected readonly samplesClause = this.RULE('samplesClause', () => {
    this.CONSUME(words.samples);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  protected readonly precisionDeclaration = this.RULE('precisionDeclaration', () => {
    this.CONSUME(words.precision);
    this.CONSUME(Identifier);
  });

  protected readonly optimizerDeclaration = this.RULE('optimizerDeclaration', () => {
    this.CONSUME(words.optimizer);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => this.SUBRULE(this.structureClause));
    this.SUBRULE(this.optimizerBody);
  });

  /** Statements, among which a method that treats constraints itself says once what it minimizes of them. */
  protected readonly optimizerBody = this.RULE('optimizerBody', () => {
    this.braced((another) => {
      this.MANY({
        GATE: () => this.beginsStatement() || this.LA(1).tokenType === words.minimize,
        DEF: () => {
          another();
          this.OR([
            { ALT: () => this.SUBRULE(this.handlerObjective) },
            { ALT: () => this.SUBRULE(this.statement) },
          ]);
        },
      });
    });
  });

  /** `over T: real[a, b] in SET`: reserved for optimizers of structured variables. */
  protected readonly structureClause = this.RULE('structureClause', () => {
    this.CONSUME(words.over);
    this.SUBRULE(this.structuredVariable);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.structuredVariable);
    });
  });

  protected readonly structuredVariable = this.RULE('structuredVariable', () => {
    this.SUBRULE(this.name);
    this.SUBRULE(this.result);
    this.OPTION(() => this.SUBRULE(this.setClause));
  });

  protected readonly scheduleDeclaration = this.RULE('scheduleDeclaration', () => {
    this.CONSUME(words.schedule);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.body);
  });

  protected readonly setDeclaration = this.RULE('setDeclaration', () => {
    this.CONSUME(words.set);
    this.SUBRULE(this.name);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(LeftBrace);
    this.MANY(() => this.SUBRULE(this.fnDeclaration));
    this.CONSUME(RightBrace);
  });

  protected readonly distributionDeclaration = this.RULE('distributionDeclaration', () => {
    this.CONSUME(words.distribution);
    this.SUBRULE(this.name);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(LeftBrace);
    this.MANY(() => this.SUBRULE(this.fnDeclaration));
    this.CONSUME(RightBrace);
  });

  protected readonly handlerDeclaration = this.RULE('handlerDeclaration', () => {
    this.CONSUME(words.handler);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.handlerBody);
  });

  /** Statements around the one objective. */
  protected readonly handlerBody = this.RULE('handlerBody', () => {
    this.braced((another) => {
      this.MANY({
        GATE: () => this.beginsStatement(),
        DEF: () => {
          another();
          this.SUBRULE(this.statement);
        },
      });
      this.SUBRULE(this.handlerObjective);
      this.MANY2({
        GATE: () => this.beginsStatement(),
        DEF: () => {
          another();
          this.SUBRULE2(this.statement);
        },
      });
    });
  });

  protected readonly handlerObjective = this.RULE('handlerObjective', () => {
    this.CONSUME(words.minimize);
    this.SUBRULE(this.expression);
  });

  protected readonly constraintDeclaration = this.RULE('constraintDeclaration', () => {
    this.CONSUME(words.subject);
    this.CONSUME(words.to);
    this.OPTION({
      GATE: () => this.LA(2).tokenType === Colon,
      DEF: () => {
        this.SUBRULE(this.name);
        this.CONSUME(Colon);
      },
    });
    this.SUBRULE(this.expression);
    this.OPTION2(() => {
      this.CONSUME(words.proxy);
      this.SUBRULE2(this.expression);
    });
  });

  protected readonly testDeclaration = this.RULE('testDeclaration', () => {
    this.CONSUME(words.test);
    this.CONSUME(StringToken);
    this.SUBRULE(this.block);
  });

  /** `state` at the level of the problem. */
  protected readonly problemState = this.RULE('problemState', () => {
    this.SUBRULE(this.stateStatement);
  });
}

let instance: ArgminParser | undefined;

/**
 * The concrete syntax tree of a token list. Throws `NestingTooDeep`, and `TooManyErrors` unless it is the last try.
 * One parser serves all calls: building it costs 100 ms.
 */
export function parseTokens(
  text: string,
  tokens: IToken[],
  lastTry: boolean,
): { cst: CstNode; errors: readonly IRecognitionException[] } {
  instance ??= new ArgminParser(true);
  return instance.start(text, tokens, lastTry);
}

/** A fresh parser whose grammar is checked for ambiguities; throws when it has any. For tests and tools. */
export function validatedParser(): ArgminParser {
  return new ArgminParser(false);
}

/** The rules of the grammar as data, for the documents that are generated from it. */
export function grammarOf(): readonly ISerializedGast[] {
  instance ??= new ArgminParser(true);
  return instance.getSerializedGastProductions();
}
